"""Quote the yearly cost of the people in a table."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from application.costs.quote_group import QuotedGroup, QuoteGroup
from application.use_case import use_case
from domain.costs.group import MOST_PEOPLE
from domain.errors import FieldError, InvalidInput
from domain.people.beneficiary import Beneficiary
from domain.people.people_table import person_or_violations

if TYPE_CHECKING:
    from domain.costs.group import GroupTerms
    from domain.people.table_reading import TableReading
    from domain.ports.people_files import PeopleTable

_AT_ONCE: Final = 1_000


@use_case
class QuoteTable:
    """Quote the good rows of a table as a group; nothing is recorded."""

    quote: QuoteGroup

    async def __call__(self, table: PeopleTable, reading: TableReading, terms: GroupTerms) -> QuotedGroup:
        """Quote the people of a table. Rows of contributors are lines of the file.

        Raises:
            InvalidInput: if no row is good, or more are than a group may have.
            UnreadableFile: if the file breaks off.
            PredictorUnavailable: if the model does not answer.
            RepositoryUnavailable: if it cannot be looked up how many people the model learned from.
        """
        rows = await asyncio.to_thread(_good_rows, table, reading)
        if not 1 <= len(rows) <= MOST_PEOPLE:
            detail = f"must have 1 to {MOST_PEOPLE:,} rows that can be read, this one has more or none"
            raise InvalidInput([FieldError("table", "range", detail)])
        quoted = await self.quote([who for _, who in rows], terms)
        named = tuple(
            replace(contributor, row=rows[contributor.row - 1][0]) for contributor in quoted.quote.contributors
        )
        return replace(quoted, quote=replace(quoted.quote, contributors=named))


def _good_rows(table: PeopleTable, reading: TableReading) -> list[tuple[int, Beneficiary]]:
    """Return the line and the person of each good row, up to one more than a group may have."""
    rows: list[tuple[int, Beneficiary]] = []
    for batch in table.batches(_AT_ONCE):
        for line in batch:
            who = person_or_violations(line, reading)
            if isinstance(who, Beneficiary):
                rows.append((line.number, who))
        if len(rows) > MOST_PEOPLE:
            break
    return rows
