"""Files of people as lists of rows, whose scoring can be interrupted and continued."""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, cast

from domain.costs.estimate_columns import codes_of, shaped
from domain.costs.scoring import PeopleBatch, ScoringReport
from domain.errors import FieldError, InvalidInput
from domain.people.beneficiary import Beneficiary
from domain.people.contract import Violation
from domain.people.meaning import shown
from domain.people.people_table import ABOVE, ANSWERS, LEFT_OUT, LINE, reason
from domain.people.table_reading import RowReader
from domain.ports.scoring_files import ScoringFile, ScoringFiles, ScoringRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.costs.estimate_columns import PublishedColumns
    from domain.costs.scoring import ScoringJob
    from domain.people.people_table import Row


@dataclass
class MemoryScoringFiles(ScoringFiles):
    """Keeps rows by the addresses of their files."""

    people: dict[str, list[Row]] = field(default_factory=dict[str, "list[Row]"])
    answers: dict[str, list[Row]] = field(default_factory=dict[str, "list[Row]"])
    checkpoints: dict[str, _Checkpoint] = field(default_factory=dict[str, "_Checkpoint"])

    def file(self, source: str, out: str) -> ScoringFile:
        """Return a file, which need not exist."""
        return _MemoryFile(source.rpartition("/")[2], self, source, out)

    def folder(self, source: str, out: str) -> Sequence[ScoringFile]:
        """Return the files whose addresses begin with the folder's."""
        names = sorted(at.removeprefix(f"{source}/") for at in self.people if at.startswith(f"{source}/"))
        if not names:
            raise InvalidInput([FieldError(source, "file", "there is no file")])
        return [_MemoryFile(name, self, f"{source}/{name}", f"{out}/{name}") for name in names]

    def tidy(self, out: str) -> None:
        """Do nothing: folders hold whole files only."""


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    job: tuple[object, ...]
    report: ScoringReport
    answers: list[Row]


@dataclass(frozen=True, slots=True)
class _MemoryFile(ScoringFile):
    name: str  # pyrefly: ignore[bad-override]  # frozen: the port only reads it
    files: MemoryScoringFiles
    source: str
    out: str

    def done(self, job: ScoringJob) -> ScoringReport | None:
        checkpoint = self._checkpoint(job)
        return checkpoint.report if checkpoint and self.out in self.files.answers else None

    @contextmanager
    def opened(self, job: ScoringJob) -> Iterator[_MemoryRun]:
        if self.source not in self.files.people:
            raise InvalidInput([FieldError(self.source, "file", "cannot be read: it is not there")])
        checkpoint = None if self.out in self.files.answers else self._checkpoint(job)
        run = _MemoryRun(self, job, checkpoint or _Checkpoint(self._about(job), ScoringReport(job.model), []))
        yield run
        self.files.answers[self.out] = run.answers

    def _checkpoint(self, job: ScoringJob) -> _Checkpoint | None:
        checkpoint = self.files.checkpoints.get(self.out)
        return checkpoint if checkpoint and checkpoint.job == self._about(job) else None

    def _about(self, job: ScoringJob) -> tuple[object, ...]:
        return (
            repr(self.files.people.get(self.source)),
            job.model,
            job.rules.digest,
            job.at_once,
            job.above,
            job.every_row,
        )


class _MemoryRun(ScoringRun):
    def __init__(self, file: _MemoryFile, job: ScoringJob, checkpoint: _Checkpoint) -> None:
        self.report = replace(checkpoint.report, resumed=checkpoint.report.rows, batches=0)
        self.answers = [*checkpoint.answers]
        self._file, self._job, self._about = file, job, checkpoint.job

    def batches(self) -> Iterator[PeopleBatch]:
        rows = self._file.files.people[self._file.source]
        for at in range(self.report.rows, len(rows), self._job.at_once):
            yield self._batch(rows[at : at + self._job.at_once], at, len(rows))

    def write(self, batch: PeopleBatch, answers: PublishedColumns) -> None:
        money = cast("list[list[float]]", answers.money.tolist())
        columns = zip(*money, answers.zero, answers.cautions, strict=True)
        above = answers.above.tolist() if answers.above is not None else None
        rows = [dict(row) for row in cast("list[Row]", batch.good_rows)]
        names = (*ANSWERS, ABOVE) if above else ANSWERS
        answered: list[Row] = [dict.fromkeys(names) for _ in rows]
        places = range(len(rows)) if batch.places is None else batch.places
        for n, (place, (*numbers, bits)) in enumerate(zip(places, columns, strict=True)):
            given = (*numbers, " ".join(codes_of(int(bits), answers.codes)), answers.model.version)
            answered[place] = dict(zip(names, (*given, *([above[n]] if above else [])), strict=True))
        for row, answer in zip(rows, answered, strict=True):
            why = {LEFT_OUT: row.pop(LEFT_OUT)} if batch.places is not None else {}
            self.answers.append({**row, **answer, **why})

    def keep(self, report: ScoringReport) -> None:
        self._file.files.checkpoints[self._file.out] = _Checkpoint(self._about, report, [*self.answers])

    def _batch(self, rows: Sequence[Row], before: int, of: int) -> PeopleBatch:
        schema = self._job.rules.schema
        reader = RowReader(schema, self._job.rules.column_map)
        every_row = self._job.every_row
        passed: list[Row] = []
        places: list[int] = []
        people: list[Beneficiary] = []
        violations: list[Violation] = []
        for number, row in enumerate(rows, before + 1):
            reading = reader.reading(row)
            person = reading.person(row)
            broken: list[Violation] = []
            if isinstance(person, Beneficiary):
                places.append(number - before - 1)
                people.append(person)
            else:
                cells = ((error, shown(reading.cell(error.field, row))) for error in person)
                broken = [Violation(number, e.field, e.code, e.detail, value) for e, value in cells]
                violations += broken
            if every_row:
                passed.append({LINE: number + 1, **row, LEFT_OUT: reason(broken)})
            elif not broken:
                passed.append(row)
        facts = array("d", chain.from_iterable(person.as_numbers() for person in people))
        unused = reader.reading(rows[0]).matched.unused
        table = shaped(facts, (len(people), schema.width))
        share = (before + len(rows)) / of
        return PeopleBatch(
            schema, table, len(rows), violations, unused, share, passed, places if every_row else None
        )  # fmt: skip
