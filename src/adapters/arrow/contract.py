"""Checks of the rows of a table against the data contract, batch by batch."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.arrow.columns import read_cost, read_fact
from adapters.arrow.facts import violations_of
from adapters.arrow.role_values import RoleValues, repeated_rows
from domain.errors import ClaimsRejected, FieldError
from domain.monitoring.drift import Sample
from domain.people.advice import columns_to_name, words_to_name
from domain.people.claims import Claims
from domain.people.contract import MOST_VIOLATIONS, BadRows, ColumnSummary, ContractReport, LeftOut, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from adapters.arrow.columns import ReadCells
    from adapters.arrow.reading import Batch
    from domain.people.origin import DataOrigin
    from domain.people.schema import Schema
    from domain.people.table_reading import TableReading

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_NAMED: Final = 5
_MOST_COUNTS: Final = 20


class Examination:
    """The result of checking a table against the contract.

    Args:
        reading: how it is read.
        origin: the source of the data.
        bad_rows: the policy for rows that break a rule.
    """

    def __init__(self, reading: TableReading, origin: DataOrigin, bad_rows: BadRows) -> None:
        self.reading, self.origin, self.bad_rows = reading, origin, bad_rows
        self.violations = [Violation(None, flaw.field, flaw.code, flaw.detail) for flaw in reading.missing_for_claims]
        self.violation_count = len(self.violations)
        self.notes: tuple[str, ...] = ()
        self._missing: dict[str, int] = {}
        self._parts: list[Floats] = []
        self._roles: list[RoleValues] = []
        self._good: list[Mask] = []
        self.rows = 0

    def add(self, batch: Batch) -> None:
        """Read the rows of a batch."""
        schema, n = self.reading.schema, len(batch)
        numbers = np.full((n, schema.width + 1), np.nan)
        broken: list[tuple[int, FieldError]] = [*batch.broken.items()]
        for place, (name, cells) in enumerate(self._cells(batch)):
            if cells is None:
                continue
            numbers[:, place] = cells.numbers
            wrong = [(i, error) for i, error in cells.broken if i not in batch.broken]
            given = sum(error.code != "missing" for _, error in wrong) + len(batch.broken)
            self._missing[name] = self._missing.get(name, 0) + int(np.isnan(cells.numbers).sum()) - given
            broken += wrong
        roles = RoleValues.of(self.reading, batch)
        broken += [(i, error) for i, error in roles.broken if i not in batch.broken]
        broken += roles.made_yearly(numbers[:, -1], self.reading.schema.cost.column)
        broken.sort(key=lambda pair: pair[0])
        room = MOST_VIOLATIONS - len(self.violations)
        self.violations += violations_of(batch, broken[: max(room, 0)], rows_before=self.rows)
        self.violation_count += len(broken)
        good = np.ones(n, dtype=np.bool_)
        good[[i for i, _ in broken]] = False
        self._parts.append(numbers)
        self._roles.append(roles)
        self._good.append(good)
        self.rows += n

    @property
    def numbers(self) -> Floats:
        """Return all rows: facts and the cost of a whole year; NaN for cells that are missing or break a rule."""
        width = self.reading.schema.width + 1
        return np.concatenate(self._parts) if self._parts else np.empty((0, width))

    @property
    def good(self) -> Mask:
        """Return a mask of the rows that break no rule."""
        return np.concatenate(self._good) if self._good else np.empty(0, dtype=np.bool_)

    def result(self) -> tuple[ContractReport, Claims | None]:
        """Return the report, and the claims if the contract is kept, or the bad rows may be left out."""
        numbers, good = self.numbers, self.good
        roles = RoleValues.joined(self._roles, good)
        whole = all(violation.row is not None for violation in self.violations)
        repeated = repeated_rows(roles.beside(numbers[good])) if whole else np.empty(0, dtype=np.intp)
        report = ContractReport(
            origin=self.origin,
            rows=self.rows,
            duplicates=len(repeated),
            columns=tuple(self._summary(place, numbers) for place in self._places()),
            violations=tuple(self.violations),
            violation_count=self.violation_count,
            unknown_columns=tuple(self.reading.matched.unused),
            duplicate_rows=tuple((np.flatnonzero(good)[repeated][:MOST_VIOLATIONS] + 1).tolist()),
            bad_rows=int((~good).sum()),
            notes=(*self.notes, *self.reading.notes_on_roles),
            people=roles.count(numbers[good]) if whole else None,
        )
        if not (whole and (report.is_kept or self.bad_rows.allows(report))):
            return report, None
        rows = np.ascontiguousarray(numbers[good], dtype="<f8")
        digest = hashlib.sha256(rows.tobytes() + roles.content).hexdigest()
        left_out = LeftOut(report.bad_rows, report.rows, report.violations) if report.bad_rows else None
        facts, costs = np.ascontiguousarray(rows[:, :-1]), np.ascontiguousarray(rows[:, -1])
        claims = Claims(
            self.reading.schema,
            self.origin,
            digest,
            facts,
            costs,
            roles.weights,
            roles.people,
            roles.periods,
            left_out=left_out,
            notes=(*report.notes, *report.repetitions),
            audits=roles.audits,
        )
        return (replace(report, digest=digest) if report.is_kept else report), claims

    def sample(self) -> Sample:
        """Return all cells, NaN where one breaks a rule."""
        numbers = self.numbers
        return Sample(self.reading.schema, numbers[:, :-1], {self.reading.schema.cost.column: numbers[:, -1]})

    def _cells(self, batch: Batch) -> Iterable[tuple[str, ReadCells | None]]:
        schema, columns = self.reading.schema, self.reading.matched.columns
        for fact, column in zip(schema.facts, self.reading.facts, strict=True):
            yield fact.name, read_fact(column, batch.column(column.column)) if column else None
        name, cost = schema.cost.column, self.reading.cost
        yield name, read_cost(cost, batch.column(columns[name])) if cost else None

    def _places(self) -> list[int]:
        """Return the positions of the columns that are there."""
        facts = [place for place, column in enumerate(self.reading.facts) if column]
        return [*facts, self.reading.schema.width] if self.reading.cost else facts

    def _summary(self, place: int, numbers: Floats) -> ColumnSummary:
        schema = self.reading.schema
        name = schema.columns[place]
        given = numbers[:, place]
        given = given[~np.isnan(given)]
        summary = ColumnSummary(name, self._missing.get(name, 0))
        fact = schema.facts[place] if place < schema.width else None
        if fact and not fact.kind.is_numeric:
            counts = np.bincount(given.astype(np.intp), minlength=fact.codes)
            named = sorted(
                zip(choice_names(schema, place), counts.tolist(), strict=True), key=lambda choice: -choice[1]
            )
            return replace(summary, counts={choice: count for choice, count in named[:_MOST_COUNTS] if count})
        if len(given):
            low, mean, high = float(given.min()), float(given.mean()), float(given.max())
            summary = replace(summary, minimum=low, mean=mean, maximum=high)
        return summary


def choice_names(schema: Schema, place: int) -> Sequence[str]:
    """Return the names of the codes of a fact in files: its choices, or no and yes."""
    fact = schema.facts[place]
    return fact.choices or ("no", "yes")


def examined(batches: Iterable[Batch], reading: TableReading, origin: DataOrigin, bad_rows: BadRows) -> Examination:
    """Read the rows of a table, whether they keep the contract or not."""
    examination = Examination(reading, origin, bad_rows)
    for batch in batches:
        examination.add(batch)
    return examination


def accepted(report: ContractReport, claims: Claims | None, schema: Schema, bad_rows: BadRows) -> Claims:
    """Return the claims.

    Raises:
        ClaimsRejected: if there are none, with the first places where the contract is broken, and what to do.
    """
    if claims is not None:
        return claims
    if not report.violation_count:
        message = f"{report.origin.name}: there are no data rows"
        raise ClaimsRejected(message)
    places = [violation.sentence for violation in report.violations[:_NAMED]]
    more = report.violation_count - len(places)
    missing = [
        violation.column for violation in report.violations if violation.row is None and violation.rule == "missing"
    ]
    advice = [
        *columns_to_name(missing, report.unknown_columns, schema),
        *words_to_name(report.violations, schema),
        *(["for train, write dataset.map.COLUMN=FACT in place of --map COLUMN=FACT"] if missing else []),
    ]
    if all(violation.row is not None for violation in report.violations):
        advice += bad_rows.advice(report)
    listed = "; ".join(places) + (f"; and {more:,} more" if more else "")
    message = f"{report.origin.name}: {listed}" + "".join(
        f". {sentence[0].upper()}{sentence[1:]}" for sentence in advice
    )
    raise ClaimsRejected(message)
