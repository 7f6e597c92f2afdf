"""Claims in a folder of Parquet files, which together may be larger than one machine's memory."""

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
from domain.people.claims import HIGHEST_ROW_DIGEST, Claims, Population, row_digests
from domain.people.contract import MOST_VIOLATIONS, BadRows, ColumnSummary, ContractReport, LeftOut
from domain.people.origin import DataOrigin
from domain.people.table_reading import ReadingRules
from domain.ports.dataset import ClaimsDataset
from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    _Columns: TypeAlias = tuple[Floats, Floats, Any, Any, Any, dict[str, NDArray[np.object_]]]
    """Facts, charges, weights, people, periods and audits, as `Claims` have them."""

_MOST_COUNTS: Final = 20
_REFUSED: Final = BadRows()


@dataclass(frozen=True, slots=True)
class PartitionedClaims(ClaimsDataset):
    """A folder whose Parquet files, in the order of their names, are one data set.

    The executor's workers check the files against the contract, one at a time, and must find them under the same path.
    They return the report and a sample, drawn by the people's codes: it is the same on every run and machine, and has
    all rows of a person or none. Rows are numbered, and repeated rows counted, within their file. People of several
    files are not counted, because no worker sees all of them. The digest of several files is that of their digests.

    Args:
        folder: the folder of the files.
        executor: runs the checks.
        rules: how the files are to be read.
        sample: about the number of rows to return; all rows, if there are no more.
        year: the year of the costs; empty if unknown.
        bad_rows: the policy for rows that break the contract.
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
        """Return a sample, with the place of the whole data in its origin."""
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
            {
                name: _joined([columns[name] for columns in audits])
                for name in audits[0]
                if all(name in columns for columns in audits)
            },
        )

    def readable(self) -> Sample:
        """Return a sample of the cells, the same on every run and machine."""
        parts = self._parts()
        rows = sum(_rows(part.path) for part in parts)
        share = min(1.0, self.sample / max(rows, 1))
        facts, charges = zip(*self.executor.map(_readable, parts, share), strict=True)
        return Sample(
            self.rules.schema, np.concatenate(facts), {self.rules.schema.cost.column: np.concatenate(charges)}
        )

    def _parts(self) -> tuple[ClaimsFile, ...]:
        """Return the files that hold rows; some engines write files without rows."""
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
    """Check one file against the contract and return its share of the sample: people whose codes are up to ``highest``.

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
    """Concatenate columns of several files; return None if a file lacks the column."""
    return None if any(column is None for column in columns) else np.concatenate(columns)


def _readable(part: ClaimsFile, share: float) -> tuple[Floats, Floats]:
    """Return evenly spread rows of a file, broken cells as NaN."""
    sample = part.readable()
    drawn = np.linspace(0, len(sample) - 1, num=max(1, round(share * len(sample)))).astype(np.intp)
    return np.asarray(sample.facts)[drawn], np.asarray(sample.more[part.rules.schema.cost.column])[drawn]


def _merged(reports: Sequence[ContractReport], origin: DataOrigin) -> ContractReport:
    violations = [
        replace(violation, detail=f"{violation.detail}, in {report.origin.name}")
        for report in reports
        for violation in report.violations
    ]
    return ContractReport(
        origin=origin,
        rows=sum(report.rows for report in reports),
        duplicates=sum(report.duplicates for report in reports),
        columns=tuple(
            _summary(name, reports)
            for name in dict.fromkeys(column.column for report in reports for column in report.columns)
        ),
        violations=tuple(violations[:MOST_VIOLATIONS]),
        violation_count=sum(report.violation_count for report in reports),
        unknown_columns=tuple(dict.fromkeys(name for report in reports for name in report.unknown_columns)),
        digest=_digest([report.digest for report in reports]),
        bad_rows=sum(report.bad_rows for report in reports),
        notes=(*dict.fromkeys(note for report in reports for note in report.notes),),
        people=reports[0].people if len(reports) == 1 else None,  # who is in two files would count twice
    )


def _digest(digests: Sequence[str | None]) -> str | None:
    present = [digest for digest in digests if digest]
    if len(present) < len(digests):
        return None
    return present[0] if len(present) == 1 else hashlib.sha256("".join(present).encode()).hexdigest()


def _summary(column: str, reports: Sequence[ContractReport]) -> ColumnSummary:
    summaries = [
        (report.rows - part.missing, part) for report in reports for part in report.columns if part.column == column
    ]
    numbers = [
        (count, part.minimum, part.mean, part.maximum)
        for count, part in summaries
        if part.minimum is not None and part.mean is not None and part.maximum is not None
    ]
    summary = ColumnSummary(column, sum(part.missing for _, part in summaries))
    if numbers:
        weights, lows, means, highs = zip(*numbers, strict=True)
        mean = float(np.average(means, weights=weights))
        return replace(summary, minimum=min(lows), mean=mean, maximum=max(highs))
    counts = sum((Counter(part.counts) for _, part in summaries if part.counts), Counter[str]())
    return replace(summary, counts=dict(counts.most_common(_MOST_COUNTS))) if counts else summary
