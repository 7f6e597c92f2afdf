"""Files that are scored: one on this machine, or all Parquet files of a folder."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import msgspec

from adapters.arrow.facts import people_batches
from adapters.arrow.partitions import partitions_of, tidy
from adapters.arrow.reading import PeopleReader, unusable
from adapters.arrow.writing import growing
from domain.costs.scoring import ScoringReport
from domain.ports.scoring_files import ScoringFile, ScoringFiles, ScoringRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from adapters.arrow.every_row import Cells
    from adapters.arrow.reading import Row
    from adapters.arrow.writing import GrowingFile
    from domain.costs.estimate_columns import PublishedColumns
    from domain.costs.scoring import PeopleBatch, ScoringJob

_CELLS: Final[Mapping[str, Cells]] = {".parquet": "columns", ".csv": "texts"}
_READER: Final = "5"
"""The version of the way a file is cut into batches and grows: a file that another version has begun is begun anew."""


@dataclass(frozen=True, slots=True)
class ArrowScoringFiles(ScoringFiles):
    """Text, workbooks, Parquet and JSON Lines here; folders of Parquet files wherever Arrow or fsspec reach."""

    def file(self, source: str, out: str) -> ScoringFile:
        """Return a file of this machine."""
        return _LocalFile(Path(source).name, Path(source), Path(out))

    def folder(self, source: str, out: str) -> Sequence[ScoringFile]:
        """Return the Parquet files of a folder."""
        return partitions_of(source, out)

    def tidy(self, out: str) -> None:
        """Remove the drafts of killed workers."""
        tidy(out)


@dataclass(frozen=True, slots=True)
class _LocalFile(ScoringFile):
    name: str  # pyrefly: ignore[bad-override]  # frozen: the port only reads it
    source: Path
    out: Path

    def done(self, job: ScoringJob) -> ScoringReport | None:
        """Return None: a whole file has no note of its report."""

    @contextmanager
    def opened(self, job: ScoringJob) -> Iterator[_LocalRun]:
        with growing(self.out, self._about(job), objects=self.source.suffix.lower() == ".jsonl") as answers:
            yield _LocalRun(PeopleReader(self.source, job.rules), answers, job, self.out.suffix.lower())

    def _about(self, job: ScoringJob) -> dict[str, str]:
        """Return what the answers depend on."""
        try:
            about = self.source.stat()
        except OSError as error:
            raise unusable(self.source, f"cannot be read: {error.strerror}") from error
        return {
            "input": f"{self.source.resolve()}: {about.st_size} bytes, changed {about.st_mtime_ns}",
            "model": job.model.digest,
            "version": str(job.model.version),
            "at_once": str(job.at_once),
            "reader": _READER,
            "rules": job.rules.digest,
            "above": str(job.above),
            "every_row": str(job.every_row),
        }


class _LocalRun(ScoringRun):
    def __init__(self, reader: PeopleReader, answers: GrowingFile, job: ScoringJob, ending: str) -> None:
        self._reader, self._answers, self._job, self._ending = reader, answers, job, ending
        new = ScoringReport(job.model, notes=tuple(note.sentence for note in reader.notes))
        earlier = msgspec.json.decode(answers.notes, type=ScoringReport | None) or new
        self.report = replace(earlier, resumed=earlier.rows, batches=0)

    def batches(self) -> Iterator[PeopleBatch]:
        return people_batches(
            self._reader.batches(self._job.at_once),
            done=self.report.rows,
            every_row=_CELLS.get(self._ending, "values") if self._job.every_row else None,
        )

    def write(self, batch: PeopleBatch, answers: PublishedColumns) -> None:
        self._answers.write(cast("pa.RecordBatch | list[Row]", batch.good_rows), answers, batch.places)

    def keep(self, report: ScoringReport) -> None:
        self._answers.keep(report.rows, msgspec.json.encode(report))
