"""Answer for a whole file of people, without remembering."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Protocol

from application.use_case import use_case
from domain.beneficiary import Beneficiary
from domain.claims import Violation
from domain.errors import FieldError, InvalidBeneficiary, PredictorUnavailable
from domain.people_table import ANSWERS, person_of, suggest
from domain.ports.people_files import PeopleFiles
from domain.ports.predictor import Predictor
from domain.scored_people import ScoredPeople

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.people_table import Matching, Row
    from domain.ports.people_files import PeopleTable
    from domain.prediction import Estimate

_AT_ONCE: Final = 1_000
_TRIES: Final = 3
_MOST_PATIENT: Final = 10.0


class Progress(Protocol):
    """Hears how far a scoring has come."""

    def __call__(self, scored: ScoredPeople, *, waiting: bool) -> None:
        """Hear what is done so far, and whether the model is waited for."""
        ...


@dataclass(frozen=True)
class GivenPeople:
    """A file as it was opened: its table, its first rows, how many rows it has, and which columns seem to fit."""

    table: PeopleTable
    first: Sequence[Row | FieldError]
    rows: int
    suggested: Matching


@use_case
class OpenPeople:
    """Open a file of people, and suggest which column holds which fact."""

    files: PeopleFiles

    async def __call__(self, file: IO[bytes]) -> GivenPeople:
        """Read it through once, in a thread.

        Raises:
            UnreadableFile: if it is no table of people. The file is closed then.
        """
        return await asyncio.to_thread(self._open, file)

    def _open(self, file: IO[bytes]) -> GivenPeople:
        table = self.files.read(file)
        try:
            first: Sequence[Row | FieldError] = ()
            rows = 0
            for batch in table.batches(_AT_ONCE):
                first = first or batch[:5]
                rows += len(batch)
        except BaseException:
            table.close()
            raise
        return GivenPeople(table, first, rows, suggest(table.columns))


@use_case
class ScorePeople:
    """Estimate the cost of everybody in a table; bad rows are kept apart, nothing is recorded."""

    predictor: Predictor

    async def __call__(self, table: PeopleTable, matching: Matching, *, tell: Progress) -> ScoredPeople:
        """Score all good rows by one and the same model.

        Reading takes place in threads, between which everybody else is served. While the model does not answer, it
        is waited for. Cancelling ends it at once.

        Args:
            table: of the people.
            matching: which column holds which fact.
            tell: told after each thousand rows what is done, and whether the model is waited for.

        Raises:
            UnreadableFile: if the file breaks off.
            PredictorUnavailable: if the model was replaced again and again meanwhile.
        """
        for _ in range(_TRIES):
            scored = await self._score(table, matching, tell)
            if scored is not None:
                return scored
        message = "the model was replaced again and again while a file was being answered"
        raise PredictorUnavailable(message)

    async def _score(self, table: PeopleTable, matching: Matching, tell: Progress) -> ScoredPeople | None:
        """Score once from the start; None if the model was replaced meanwhile."""
        scored = ScoredPeople()
        batches = table.batches(_AT_ONCE)
        while people := await asyncio.to_thread(_next_people, batches, matching, scored.rows):
            asked = [one for one in people if isinstance(one, Beneficiary)]
            estimates = await self._ask(asked, lambda: tell(scored, waiting=True))
            if estimates and scored.model not in (None, estimates[0].model):
                return None
            await asyncio.to_thread(scored.add, people, estimates)
            tell(scored, waiting=False)
        return scored

    async def _ask(self, people: Sequence[Beneficiary], waiting: Callable[[], None]) -> Sequence[Estimate]:
        patience = 1.0
        while True:
            try:
                return await self.predictor.predict(people) if people else ()
            except PredictorUnavailable as away:
                waiting()
                await asyncio.sleep(min(max(patience, away.retry_after), _MOST_PATIENT))
                patience *= 2


@use_case
class WriteScored:
    """Write a table with its answers as a file."""

    files: PeopleFiles

    def __call__(self, kind: str, table: PeopleTable, scored: ScoredPeople) -> Iterator[bytes]:
        """Give the bytes of a file, ``csv`` or ``parquet``: the good rows with all their columns and the `ANSWERS`."""
        kept = [column for column in table.columns if column not in ANSWERS]
        return self.files.write(kind, [*kept, *ANSWERS], _answered(table, scored))

    def report(self, scored: ScoredPeople) -> Iterator[bytes]:
        """Give the bytes of a CSV file that says what is wrong with which row."""
        columns = ("row", "column", "rule", "detail")
        rows = [{name: getattr(one, name) for name in columns} for one in scored.violations]
        return self.files.write("csv", columns, [rows])


def _next_people(
    batches: Iterator[Sequence[Row | FieldError]], matching: Matching, before: int
) -> list[Beneficiary | list[Violation]]:
    """Read the next rows, each as a person or as what is wrong with it; ``before`` rows came earlier."""
    people: list[Beneficiary | list[Violation]] = []
    for number, row in enumerate(next(batches, ()), before + 1):
        if isinstance(row, FieldError):
            people.append([Violation(number, row.field, row.code, row.detail)])
            continue
        try:
            people.append(person_of(row, matching))
        except InvalidBeneficiary as bad:
            people.append([Violation(number, one.field, one.code, one.detail) for one in bad.errors])
    return people


def _answered(table: PeopleTable, scored: ScoredPeople) -> Iterator[Sequence[Row]]:
    place = 0
    for batch in table.batches(_AT_ONCE):
        rows: list[Row] = []
        for row in batch:
            answer = scored.answer(place)
            place += 1
            if answer is None or isinstance(row, FieldError):
                continue
            said = (answer.expected, answer.typical, answer.low, answer.high)
            told = (*said, " ".join(answer.cautions), answer.model_version)
            rows.append({**row, **dict(zip(ANSWERS, told, strict=True))})
        yield rows
