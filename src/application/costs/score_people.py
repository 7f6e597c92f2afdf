"""Answer for a whole file of people, without remembering."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Protocol

from application.use_case import use_case
from domain.costs.scored_people import ScoredPeople
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from domain.people.matching import suggest
from domain.people.people_table import ANSWERS, LEFT_OUT, LINE, NOTICE, chosen_reading, person_or_violations, reason
from domain.people.schema import Schema
from domain.ports.people_files import PeopleFiles
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.costs.prediction import Estimate
    from domain.people.claims import Violation
    from domain.people.matching import Matching
    from domain.people.people_table import Line, Row
    from domain.people.table_reading import TableReading
    from domain.ports.people_files import PeopleTable

_AT_ONCE: Final = 1_000
_TRIES: Final = 3
_LEAST_PATIENT, _MOST_PATIENT = 0.1, 10.0
_TYPES: Final = {
    LINE: int,
    **dict.fromkeys(ANSWERS[:5], float),
    "warnings": str,
    "model_version": int,
    LEFT_OUT: str,
    NOTICE: str,
}


class Progress(Protocol):
    """Hears how far a scoring has come."""

    def __call__(self, scored: ScoredPeople, *, waiting: bool) -> None:
        """Hear what is done so far, and whether the model is waited for."""
        ...


@dataclass(frozen=True)
class GivenPeople:
    """A file as it was opened: its table, its first rows, how many rows it has, and which columns seem to fit."""

    table: PeopleTable
    first: Sequence[Line]
    rows: int
    suggested: Matching
    schema: Schema

    def reading(self, matching: Matching) -> TableReading:
        """Return how the table is read where these columns are chosen."""
        table = self.table
        return chosen_reading(self.schema, table.columns, matching, table.cells, semicolons=table.semicolons)


@use_case
class OpenPeople:
    """Open a file of people, and suggest which column holds which fact."""

    files: PeopleFiles
    schema: Schema

    async def __call__(self, file: IO[bytes]) -> GivenPeople:
        """Read it through once, in a thread.

        Raises:
            UnreadableFile: if it is no table of people. The file is closed then.
        """
        return await asyncio.to_thread(self._open, file)

    def _open(self, file: IO[bytes]) -> GivenPeople:
        table = self.files.read(file, self.schema)
        try:
            first: Sequence[Line] = ()
            rows = 0
            for batch in table.batches(_AT_ONCE):
                first = first or batch[:5]
                rows += len(batch)
        except BaseException:
            table.close()
            raise
        return GivenPeople(table, first, rows, suggest(table.columns, self.schema), self.schema)


@use_case
class ScorePeople:
    """Estimate the cost of everybody in a table; bad rows are kept apart, nothing is recorded."""

    predictor: Predictor

    async def __call__(self, table: PeopleTable, reading: TableReading, *, tell: Progress) -> ScoredPeople:
        """Score all good rows by one and the same model.

        Reading takes place in threads, between which everybody else is served. While the model does not answer, it
        is waited for. Cancelling ends it at once.

        Args:
            table: of the people.
            reading: how it is read.
            tell: told after each thousand rows what is done, and whether the model is waited for.

        Raises:
            UnreadableFile: if the file breaks off.
            PredictorUnavailable: if the model was replaced again and again meanwhile.
        """
        for _ in range(_TRIES):
            scored = await self._score(table, reading, tell)
            if scored is not None:
                return scored
        message = "the model was replaced again and again while a file was being answered"
        raise PredictorUnavailable(message)

    async def _score(self, table: PeopleTable, reading: TableReading, tell: Progress) -> ScoredPeople | None:
        """Score once from the start; None if the model was replaced meanwhile."""
        scored = ScoredPeople(reading)
        batches = table.batches(_AT_ONCE)
        while people := await asyncio.to_thread(_next_people, batches, reading):
            asked = [one for _, one in people if isinstance(one, Beneficiary)]
            estimates = await self._ask(asked, lambda: tell(scored, waiting=True))
            if estimates and scored.model not in (None, estimates[0].model):
                return None
            await asyncio.to_thread(scored.add, people, estimates)
            tell(scored, waiting=False)
        return scored

    async def _ask(self, people: Sequence[Beneficiary], waiting: Callable[[], None]) -> Sequence[Estimate]:
        times = 1
        while True:
            try:
                return await self.predictor.predict(people) if people else ()
            except PredictorUnavailable as away:
                waiting()
                # as long as the part that is away asks for, twice as long the next time
                await asyncio.sleep(min(times * max(away.retry_after, _LEAST_PATIENT), _MOST_PATIENT))
                times *= 2


@use_case
class WriteScored:
    """Write a table with its answers as a file."""

    files: PeopleFiles

    def __call__(self, kind: str, table: PeopleTable, scored: ScoredPeople, notice: str = "") -> Iterator[bytes]:
        """Return the bytes of a file, ``csv``, ``xlsx`` or ``parquet``: every row of the table, in its order.

        Before the row stands its line in the file; after it the `ANSWERS`, and why it has none where it was left out.
        ``notice`` stands at the end of each row.
        """
        added = (LINE, *ANSWERS, LEFT_OUT, NOTICE)
        columns = [LINE, *(column for column in table.columns if column not in added), *added[1:]]
        return self.files.write(kind, columns, _answered(table, scored, notice), _TYPES)

    def template(self, kind: str, schema: Schema) -> Iterator[bytes]:
        """Return the bytes of a file that names the columns of a schema's facts, and has no row."""
        return self.files.write(kind, [fact.header for fact in schema.facts], (), {})

    def report(self, scored: ScoredPeople) -> Iterator[bytes]:
        """Return the bytes of a CSV file that says what is wrong with which row."""
        columns = (LINE, "column", "rule", "value", "detail")
        rows: list[Row] = [
            dict(zip(columns, (one.row, one.column, one.rule, one.value, one.detail), strict=True))
            for one in scored.violations
        ]
        return self.files.write("csv", columns, [rows], {})


def _next_people(
    batches: Iterator[Sequence[Line]], reading: TableReading
) -> list[tuple[int, Beneficiary | list[Violation]]]:
    """Read the next rows, each as a person or as what is wrong with it, with its line."""
    return [(line.number, person_or_violations(line, reading)) for line in next(batches, ())]


def _answered(table: PeopleTable, scored: ScoredPeople, notice: str) -> Iterator[Sequence[Row]]:
    place = 0
    for batch in table.batches(_AT_ONCE):
        rows: list[Row] = []
        for line in batch:
            answer = scored.answer(place)
            place += 1
            row = {**line.cells, LINE: line.number, **dict.fromkeys(ANSWERS), LEFT_OUT: "", NOTICE: notice}
            if answer is None:
                row[LEFT_OUT] = _why(line, scored.reading)
            else:
                said = (answer.expected, answer.typical, answer.low, answer.high, answer.zero)
                told = (*said, " ".join(answer.cautions), answer.model_version)
                row |= dict(zip(ANSWERS, told, strict=True))
            rows.append(row)
        yield rows


def _why(line: Line, reading: TableReading) -> str:
    wrong = person_or_violations(line, reading)
    if isinstance(wrong, Beneficiary):
        return ""
    return reason(wrong)
