"""Claims in a folder of Parquet files: more than one machine holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.pandas.claims_file import ClaimsFile
from adapters.pandas.contract import accepted
from domain.beneficiary import FACTS
from domain.claims import (
    COLUMNS,
    HIGHEST_ROW_DIGEST,
    Claims,
    ColumnSummary,
    ContractReport,
    DataOrigin,
    Population,
    row_digests,
)
from domain.errors import ClaimsRejected
from domain.ports.dataset import ClaimsDataset
from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST_TOLD: Final = 1000
_MOST_COUNTS: Final = 20


@dataclass(frozen=True, slots=True)
class PartitionedClaims(ClaimsDataset):
    """A folder whose Parquet files, in the order of their names, are one data set.

    Whoever works for the executor holds files against the contract, one at a time, and so must find them under the same
    path. What comes back is the report and a sample, drawn by the rows' digests: the same wherever and however often.
    Rows are numbered within their file, and those that repeat each other counted there. The digest of several files is
    that of their digests.

    Args:
        folder: where they lie.
        executor: who reads them.
        sample: about so many rows come back; all, if there are no more.
        year: of the costs; empty if it is not known.
    """

    folder: Path
    executor: Executor
    sample: int
    year: str = ""

    def report(self) -> ContractReport:
        """Describe all files."""
        parts = self._parts()
        return _merged(list(self.executor.map(ClaimsFile.report, parts)), self._origin(parts))

    def read(self) -> Claims:
        """Give a sample, and where the rest lies."""
        parts = self._parts()
        rows = sum(_rows(part.path) for part in parts)
        highest = min(HIGHEST_ROW_DIGEST, (HIGHEST_ROW_DIGEST + 1) * self.sample // max(rows, 1))
        reports, samples = zip(*self.executor.map(_examined, parts, highest), strict=True)
        report = _merged(reports, self._origin(parts))
        facts, charges = (np.concatenate(columns) for columns in zip(*samples, strict=True))
        population = Population(parts, rows, highest)
        if not report.is_kept:
            return accepted(report, None)
        return Claims(report.origin, report.digest or "", facts, charges, population)

    def _parts(self) -> tuple[ClaimsFile, ...]:
        """Give the files that hold rows; engines write some that hold none."""
        try:
            files = sorted(self.folder.glob("*.parquet"))
        except OSError as error:
            message = f"{self.folder}: cannot be read: {error.strerror}"
            raise ClaimsRejected(message) from error
        parts = tuple(ClaimsFile(file.absolute(), year=self.year) for file in files if _rows(file))
        if not parts:
            message = f"{self.folder}: there are no data rows in files that end in .parquet"
            raise ClaimsRejected(message)
        return parts

    def _origin(self, parts: Sequence[ClaimsFile]) -> DataOrigin:
        name = self.folder.name
        return DataOrigin(name, f"the {len(parts)} files of the folder {name}", synthetic=False, year=self.year)


def _rows(file: Path) -> int:
    try:
        return pq.ParquetFile(file).metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        message = f"{file.name}: this is no Parquet table: {error}"
        raise ClaimsRejected(message) from error


def _examined(part: ClaimsFile, highest: int) -> tuple[ContractReport, tuple[Floats, Floats]]:
    """Hold one file against the contract and give its share of the sample: rows with digests up to ``highest``."""
    report, claims = part.examined()
    if claims is None:
        return report, (np.empty((0, len(FACTS))), np.empty(0))
    facts, charges = np.asarray(claims.facts), np.asarray(claims.charges)
    rows = np.ascontiguousarray(np.column_stack([facts, charges]), dtype="<f8").tobytes()
    drawn = np.frombuffer(row_digests(rows), dtype="<u8") <= np.uint64(highest)
    return report, (facts[drawn], charges[drawn])


def _merged(reports: Sequence[ContractReport], origin: DataOrigin) -> ContractReport:
    violations = [
        replace(one, detail=f"{one.detail}, in {report.origin.name}") for report in reports for one in report.violations
    ]
    return ContractReport(
        origin=origin,
        rows=sum(report.rows for report in reports),
        duplicates=sum(report.duplicates for report in reports),
        columns=tuple(_summary(name, reports) for name in COLUMNS),
        violations=tuple(violations[:_MOST_TOLD]),
        violation_count=sum(report.violation_count for report in reports),
        unknown_columns=tuple(dict.fromkeys(name for report in reports for name in report.unknown_columns)),
        digest=_digest([report.digest for report in reports]),
    )


def _digest(digests: Sequence[str | None]) -> str | None:
    known = [digest for digest in digests if digest]
    if len(known) < len(digests):
        return None
    return known[0] if len(known) == 1 else hashlib.sha256("".join(known).encode()).hexdigest()


def _summary(column: str, reports: Sequence[ContractReport]) -> ColumnSummary:
    found = [(report.rows - one.missing, one) for report in reports for one in report.columns if one.column == column]
    numbers = [
        (known, one.minimum, one.mean, one.maximum)
        for known, one in found
        if one.minimum is not None and one.mean is not None and one.maximum is not None
    ]
    summary = ColumnSummary(column, sum(one.missing for _, one in found))
    if numbers:
        weights, lows, means, highs = zip(*numbers, strict=True)
        mean = float(np.average(means, weights=weights))
        return replace(summary, minimum=min(lows), mean=mean, maximum=max(highs))
    counts = sum((Counter(one.counts) for _, one in found if one.counts), Counter[str]())
    return replace(summary, counts=dict(counts.most_common(_MOST_COUNTS))) if counts else summary
