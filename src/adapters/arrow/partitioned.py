"""Claims in a folder of Parquet files: more than one machine holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.contract import accepted
from adapters.arrow.parquet import BoundedParquet
from domain.errors import ClaimsRejected, UnreadableFile
from domain.monitoring.drift import Sample
from domain.people.claims import (
    HIGHEST_ROW_DIGEST,
    MOST_VIOLATIONS,
    BadRows,
    Claims,
    ColumnSummary,
    ContractReport,
    DataOrigin,
    LeftOut,
    Population,
    row_digests,
)
from domain.people.table_reading import ReadingRules
from domain.ports.dataset import ClaimsDataset
from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    _Columns: TypeAlias = tuple[Floats, Floats, Any, Any, Any, dict[str, NDArray[np.object_]]]
    """Facts, charges, weights, people, periods and audits, as `Claims` have them."""

_MOST_COUNTS: Final = 20
_REFUSED: Final = BadRows()


@dataclass(frozen=True, slots=True)
class PartitionedClaims(ClaimsDataset):
    """A folder whose Parquet files, in the order of their names, are one data set.

    Whoever works for the executor holds files against the contract, one at a time, and so must find them under the same
    path. What comes back is the report and a sample, drawn by the people's codes: the same wherever and however often,
    and with all rows of a person or none. Rows are numbered within their file, and those that repeat each other counted
    there; people of several files are not counted, for nobody sees all of them. The digest of several files is that of
    their digests.

    Args:
        folder: where they lie.
        executor: who reads them.
        rules: how the files are to be read.
        sample: about so many rows come back; all, if there are no more.
        year: of the costs; empty if it is not known.
        bad_rows: what becomes of rows that break the contract.
    """

    folder: Path
    executor: Executor
    rules: ReadingRules
    sample: int
    year: str = ""
    bad_rows: BadRows = _REFUSED

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
        if not (report.is_kept or self.bad_rows.allows(report)):
            return accepted(report, None, self.rules.schema, self.bad_rows)
        left_out = LeftOut(report.bad_rows, report.rows, report.violations) if report.bad_rows else None
        population = Population(parts, rows - report.bad_rows, highest)
        *columns, audits = zip(*samples, strict=True)
        facts, charges, weights, people, periods = map(_joined, columns)
        return Claims(
            self.rules.schema,
            report.origin,
            report.digest or "",
            facts,
            charges,
            weights,
            people,
            periods,
            population,
            left_out,
            (*report.notes, *report.repetitions),
            {name: _joined([one[name] for one in audits]) for name in audits[0] if all(name in one for one in audits)},
        )

    def readable(self) -> Sample:
        """Give a sample of the cells, the same wherever and however often."""
        parts = self._parts()
        rows = sum(_rows(part.path) for part in parts)
        share = min(1.0, self.sample / max(rows, 1))
        facts, charges = zip(*self.executor.map(_readable, parts, share), strict=True)
        return Sample(
            self.rules.schema, np.concatenate(facts), {self.rules.schema.cost.column: np.concatenate(charges)}
        )

    def _parts(self) -> tuple[ClaimsFile, ...]:
        """Give the files that hold rows; engines write some that hold none."""
        try:
            files = sorted(self.folder.glob("*.parquet"))
        except OSError as error:
            message = f"{self.folder}: cannot be read: {error.strerror}"
            raise ClaimsRejected(message) from error
        # a file alone may have more bad rows than the folder as a whole
        bad_rows = replace(self.bad_rows, most=1.0)
        parts = tuple(
            ClaimsFile(file.absolute(), year=self.year, rules=self.rules, bad_rows=bad_rows)
            for file in files
            if _rows(file)
        )
        if not parts:
            message = f"{self.folder}: there are no data rows in files that end in .parquet"
            raise ClaimsRejected(message)
        return parts

    def _origin(self, parts: Sequence[ClaimsFile]) -> DataOrigin:
        name = self.folder.name
        return DataOrigin(name, f"the {len(parts)} files of the folder {name}", synthetic=False, year=self.year)


def _rows(file: Path) -> int:
    try:
        with pa.OSFile(str(file)) as opened:
            return BoundedParquet(opened, needed=lambda _: False).rows
    except (UnreadableFile, OSError) as error:
        message = f"{file.name}: this is no Parquet table: {error}"
        raise ClaimsRejected(message) from error


def _examined(part: ClaimsFile, highest: int) -> tuple[ContractReport, _Columns]:
    """Hold one file against the contract and give its share of the sample: people whose codes are up to ``highest``.

    A person's code is the same in every file, so that all rows of a person are drawn, or none.
    """
    report, claims = part.examined()
    if claims:
        report = replace(report, digest=claims.digest)
    if claims is None:
        none = {name: np.empty(0, dtype=np.object_) for name in part.rules.schema.roles.audit}
        return report, (np.empty((0, part.rules.schema.width)), np.empty(0), None, None, None, none)
    facts, charges = np.asarray(claims.facts), np.asarray(claims.charges)
    if claims.people is None:
        rows = np.ascontiguousarray(np.column_stack([facts, charges]), dtype="<f8").tobytes()
        people = np.frombuffer(row_digests(rows, facts.shape[1] + 1), dtype="<u8")
    else:
        people = np.asarray(claims.people, dtype=np.uint64)
    drawn = people <= np.uint64(highest)

    def some(column: Any) -> Any:
        return None if column is None else np.asarray(column)[drawn]

    audits = {name: np.asarray(texts, dtype=np.object_)[drawn] for name, texts in claims.audits.items()}
    roles = some(claims.weights), some(claims.people), some(claims.periods), audits
    return report, (facts[drawn], charges[drawn], *roles)


def _joined(columns: Sequence[Any]) -> Any:
    """Put columns of several files one after another; None if one of them is not there."""
    return None if any(column is None for column in columns) else np.concatenate(columns)


def _readable(part: ClaimsFile, share: float) -> tuple[Floats, Floats]:
    """Give evenly spread rows of a file, broken cells as NaN."""
    sample = part.readable()
    drawn = np.linspace(0, len(sample) - 1, num=max(1, round(share * len(sample)))).astype(np.intp)
    return np.asarray(sample.facts)[drawn], np.asarray(sample.more[part.rules.schema.cost.column])[drawn]


def _merged(reports: Sequence[ContractReport], origin: DataOrigin) -> ContractReport:
    violations = [
        replace(one, detail=f"{one.detail}, in {report.origin.name}") for report in reports for one in report.violations
    ]
    return ContractReport(
        origin=origin,
        rows=sum(report.rows for report in reports),
        duplicates=sum(report.duplicates for report in reports),
        columns=tuple(_summary(name, reports) for name in dict.fromkeys(_columns(reports))),
        violations=tuple(violations[:MOST_VIOLATIONS]),
        violation_count=sum(report.violation_count for report in reports),
        unknown_columns=tuple(dict.fromkeys(name for report in reports for name in report.unknown_columns)),
        digest=_digest([report.digest for report in reports]),
        bad_rows=sum(report.bad_rows for report in reports),
        notes=(*dict.fromkeys(note for report in reports for note in report.notes),),
        people=reports[0].people if len(reports) == 1 else None,  # who is in two files would count twice
    )


def _columns(reports: Sequence[ContractReport]) -> Iterator[str]:
    return (one.column for report in reports for one in report.columns)


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
