"""The data contract held against a table, whole columns at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from domain.beneficiary import AGE, BMI, CHILDREN, FACTS, REGIONS, SEXES
from domain.claims import COLUMNS, TARGET, Claims, ColumnSummary, ContractReport, Violation
from domain.errors import ClaimsRejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.beneficiary import Limits
    from domain.claims import DataOrigin

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_MOST_TOLD: Final = 1000
_TOLD: Final = 5
_MOST_COUNTS: Final = 20
_LIMITS: Final = {"age": AGE, "bmi": BMI, "children": CHILDREN}
_WHOLE: Final = ("age", "children")
_CHOICES: Final = {
    "sex": {sex.value: float(code) for code, sex in enumerate(SEXES)},
    "smoker": {"no": 0.0, "yes": 1.0, "false": 0.0, "true": 1.0},
    "region": {region.value: float(code) for code, region in enumerate(REGIONS)},
}
_TOLD_CHOICES: Final = {name: ", ".join(choices) for name, choices in _CHOICES.items()}
_NOTHING: Final = ("", "nan", "na", "n/a", "null", "none", "<na>")


@dataclass(slots=True)
class _Found:
    """What was found while columns were read."""

    violations: list[Violation] = field(default_factory=list)
    count: int = 0

    def add(self, wrong: Mask, column: str, rule: str, detail: str, values: pd.Series | None = None) -> None:
        rows = np.flatnonzero(wrong)
        self.count += len(rows)
        for row in rows[:_MOST_TOLD].tolist():
            given = "" if values is None else f", not {str(values.iloc[row])!r}"
            self.violations.append(Violation(row + 1, column, rule, detail + given))

    def first(self) -> tuple[Violation, ...]:
        order = {name: i for i, name in enumerate(COLUMNS)}
        self.violations.sort(key=lambda one: (one.row or 0, order.get(one.column, len(order))))
        return tuple(self.violations[:_MOST_TOLD])


def examine(table: pd.DataFrame, origin: DataOrigin) -> tuple[ContractReport, Claims | None]:
    """Hold a table against the contract.

    Args:
        table: columns in any order, named in any case and with any space around; text or numbers.
        origin: where it comes from.

    Returns:
        The report, and the claims if the contract is kept.
    """
    table = table.rename(columns={name: str(name).strip().casefold() for name in table.columns})
    names = list(table.columns)
    found = _Found()
    for name in COLUMNS:
        if names.count(name) != 1:
            rule, detail = ("missing", "the column is not there") if name not in names else ("twice", "is there twice")
            found.violations.append(Violation(None, name, rule, detail))
            found.count += 1
    report = ContractReport(
        origin=origin,
        rows=len(table),
        duplicates=0,
        columns=(),
        violations=(),
        violation_count=0,
        unknown_columns=tuple(dict.fromkeys(name for name in names if name not in COLUMNS)),
    )
    present = [name for name in COLUMNS if names.count(name) == 1]
    columns: dict[str, Floats] = {}
    summaries: list[ColumnSummary] = []
    for name in present:
        read = _choice if name in _CHOICES else _number
        columns[name], summary = read(name, pd.Series(table[name]), found)
        summaries.append(summary)
    report = replace(report, columns=tuple(summaries), violations=found.first(), violation_count=found.count)
    if len(present) < len(COLUMNS):
        return report, None
    numbers = np.column_stack([columns[name] for name in COLUMNS])
    repeated = np.flatnonzero(pd.DataFrame(numbers).duplicated())
    report = replace(report, duplicates=len(repeated), duplicate_rows=tuple((repeated[:_MOST_TOLD] + 1).tolist()))
    if not report.is_kept:
        return report, None
    digest = hashlib.sha256(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).hexdigest()
    claims = Claims(origin, digest, np.ascontiguousarray(numbers[:, : len(FACTS)]), columns[TARGET])
    return replace(report, digest=digest), claims


def accepted(report: ContractReport, claims: Claims | None) -> Claims:
    """Give the claims.

    Raises:
        ClaimsRejected: if there are none, naming the first places where the contract is broken.
    """
    if claims is not None:
        return claims
    if not report.violation_count:
        message = f"{report.origin.name}: there are no data rows"
        raise ClaimsRejected(message)
    places = [
        (f"row {one.row}, " if one.row else "") + f"column {one.column}: {one.detail} ({one.rule})"
        for one in report.violations[:_TOLD]
    ]
    more = report.violation_count - len(places)
    message = f"{report.origin.name}: {'; '.join(places)}" + (f"; and {more:,} more" if more else "")
    raise ClaimsRejected(message)


def _number(name: str, column: pd.Series, found: _Found) -> tuple[Floats, ColumnSummary]:
    if pd.api.types.is_bool_dtype(column):
        column = column.astype("str")
    values = pd.Series(pd.to_numeric(column, errors="coerce")).to_numpy(dtype=np.float64, na_value=np.nan)
    missing = _missing(column, np.isnan(values))
    number = np.isfinite(values)
    found.add(missing, name, "missing", "is missing")
    found.add(~missing & ~number, name, "type", "must be a number", column)
    if name in _WHOLE:
        broken = number & (values != np.floor(values))
        found.add(broken, name, "type", "must be a whole number", column)
        number = number & ~broken
    if name == TARGET:
        found.add(number & (values < 0), name, "range", "must not be negative", column)
    else:
        limits: Limits = _LIMITS[name]
        outside = number & ((values < limits.low) | (values > limits.high))
        found.add(outside, name, "range", f"must be from {limits.low:g} to {limits.high:g} {limits.unit}", column)
    known = values[np.isfinite(values)]
    summary = ColumnSummary(name, int(missing.sum()))
    if len(known):
        summary = replace(summary, minimum=float(known.min()), mean=float(known.mean()), maximum=float(known.max()))
    return values, summary


def _choice(name: str, column: pd.Series, found: _Found) -> tuple[Floats, ColumnSummary]:
    text = column.astype("str")
    if pd.api.types.is_bool_dtype(column):
        text = text.str.lower()
    values = text.map(_CHOICES[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(values).any():  # space around is forgiven; looking for it takes time
        text = text.str.strip()
        values = text.map(_CHOICES[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    missing = _missing(column, np.isnan(values))
    found.add(missing, name, "missing", "is missing")
    found.add(~missing & np.isnan(values), name, "choice", f"must be one of {_TOLD_CHOICES[name]}", column)
    counts = pd.Series(text[~missing]).value_counts().head(_MOST_COUNTS)
    return values, ColumnSummary(
        name, int(missing.sum()), counts={str(value): int(count) for value, count in counts.items()}
    )


def _missing(column: pd.Series, unread: Mask) -> Mask:
    """Tell which of the values that could not be read are not there at all."""
    missing = np.zeros(len(column), dtype=bool)
    left = pd.Series(column[unread])
    missing[unread] = (left.isna() | left.astype("str").str.strip().str.casefold().isin(_NOTHING)).to_numpy()
    return missing
