"""Score the people of a table, without recording the answers."""

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
    from domain.people.contract import Violation
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
    """A function that is called with the progress of a scoring."""

    def __call__(self, scored: ScoredPeople, *, waiting: bool) -> None:
        """Receive the results so far, and whether the scoring waits for the model."""
        ...


@dataclass(frozen=True)
class GivenPeople:
    """An opened file: its table, its first rows, its number of rows, and the suggested matching of columns."""

    table: PeopleTable
    first: Sequence[Line]
    rows: int
    suggested: Matching
    schema: Schema

    def reading(self, matching: Matching) -> TableReading:
        """Return the reading of the table by these columns."""
        table = self.table
        return chosen_reading(self.schema, table.columns, matching, table.cells, semicolons=table.semicolons)


@use_case
class OpenPeople:
    """Open a file of people, and suggest a matching of columns to facts."""

    files: PeopleFiles
    schema: Schema

    async def __call__(self, file: IO[bytes]) -> GivenPeople:
        """Open a file, and read it once to its end, in a thread.

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
    """Estimate the cost of all people in a table; bad rows are reported, nothing is recorded."""

    predictor: Predictor

    async def __call__(self, table: PeopleTable, reading: TableReading, *, tell: Progress) -> ScoredPeople:
        """Score all good rows by one and the same model.

        Reading takes place in threads, so that other requests are served. While the model does not answer, the scoring
        waits for it. Cancelling ends the scoring at once.

        Args:
            table: the table of the people.
            reading: how it is read.
            tell: called after each thousand rows with the results so far, and whether the scoring waits for the model.

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
            people_to_score = [person for _, person in people if isinstance(person, Beneficiary)]
            estimates = await self._ask(people_to_score, lambda: tell(scored, waiting=True))
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
                # as long as the error asks for, and twice as long the next time
                await asyncio.sleep(min(times * max(away.retry_after, _LEAST_PATIENT), _MOST_PATIENT))
                times *= 2


@use_case
class WriteScored:
    """Write a table with its answers as a file."""

    files: PeopleFiles

    def __call__(self, kind: str, table: PeopleTable, scored: ScoredPeople, notice: str = "") -> Iterator[bytes]:
        """Return the bytes of a file, ``csv``, ``xlsx`` or ``parquet``: every row of the table, in its order.

        The line number stands before each row; the `ANSWERS`, and the reason why a row was left out, stand after it.
        Each row ends with the ``notice``.
        """
        added = (LINE, *ANSWERS, LEFT_OUT, NOTICE)
        columns = [LINE, *(column for column in table.columns if column not in added), *added[1:]]
        return self.files.write(kind, columns, _answered(table, scored, notice), _TYPES)

    def template(self, kind: str, schema: Schema) -> Iterator[bytes]:
        """Return the bytes of a file that names the columns of a schema's facts, and has no row."""
        return self.files.write(kind, [fact.header for fact in schema.facts], (), {})

    def report(self, scored: ScoredPeople) -> Iterator[bytes]:
        """Return the bytes of a CSV file with the violations of bad rows."""
        columns = (LINE, "column", "rule", "value", "detail")
        rows: list[Row] = [
            dict(
                zip(
                    columns,
                    (violation.row, violation.column, violation.rule, violation.value, violation.detail),
                    strict=True,
                )
            )
            for violation in scored.violations
        ]
        return self.files.write("csv", columns, [rows], {})


def _next_people(
    batches: Iterator[Sequence[Line]], reading: TableReading
) -> list[tuple[int, Beneficiary | list[Violation]]]:
    """Read the next rows, each as a person or as its violations, with its line number."""
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
                money = (answer.expected, answer.typical, answer.low, answer.high, answer.zero)
                values = (*money, " ".join(answer.cautions), answer.model_version)
                row |= dict(zip(ANSWERS, values, strict=True))
            rows.append(row)
        yield rows


def _why(line: Line, reading: TableReading) -> str:
    wrong = person_or_violations(line, reading)
    if isinstance(wrong, Beneficiary):
        return ""
    return reason(wrong)
