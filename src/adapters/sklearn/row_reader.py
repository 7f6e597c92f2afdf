"""The conversion of rows of the caller's schema to rows of the model's schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from domain.people.fact import Fact
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one schema for a model of another, which may be older.

    Facts and choices are matched by name. A fact that the model does not have is left out; a choice that it does not
    have is read as "not given" where the fact may be missing, else as the most frequent value, with a caution.

    Args:
        schema: the schema of the rows.
        model: the schema that the model learned with.
        usual: the most frequent number of each fact of the model.
    """

    schema: Schema
    model: Schema
    usual: Floats
    lows: Floats
    highs: Floats
    whole: tuple[int, ...]
    gaps: tuple[int, ...]
    same: bool

    @classmethod
    def of(cls, schema: Schema, model: Schema, usual: Floats) -> Self:
        """Derive the rules of the rows, and whether the two schemas have the same layout."""
        lows, highs = np.array([fact.bounds for fact in schema.facts]).T
        whole = tuple(at for at, fact in enumerate(schema.facts) if fact.kind is not Kind.NUMBER)
        gaps = tuple(at for at, fact in enumerate(schema.facts) if fact.may_be_missing)
        same = [_layout(fact) for fact in schema.facts] == [_layout(fact) for fact in model.facts]
        return cls(schema, model, usual, lows, highs, whole, gaps, same)

    def checked(self, facts: memoryview[float]) -> Floats:
        """Return rows as an array.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of its schema.
        """
        rows = np.asarray(facts, dtype=np.float64).reshape(-1, self.schema.width)
        if not self._are_people(rows):
            for row in rows.tolist():
                Beneficiary.of_numbers(self.schema, row)
        return rows

    def for_model(self, rows: Floats) -> tuple[Floats, Bits]:
        """Return the rows in the model's order, and the bits of the cautions about the conversion.

        Raises:
            InvalidBeneficiary: if the model needs a fact that the rows do not have.
        """
        bits = np.zeros(len(rows), dtype=np.uint64)
        if self.same:
            return rows, bits
        read = np.full((len(rows), self.model.width), np.nan)
        seldom = len(self.model.numeric) + 1  # the bits of rare values stand behind those of numbers and few alike
        filters = [fact.name for fact in self.model.filters]
        for column, fact in enumerate(self.model.facts):
            if fact.name not in self.schema.by_name:
                if not fact.may_be_missing:
                    raise InvalidBeneficiary([FieldError(fact.name, "missing", "is required by the model")])
                continue
            values = rows[:, self.schema.place(fact.name)]
            if fact.codes:
                values = _recoded(values, self.schema.by_name[fact.name], fact)
                unseen = np.isnan(values) & ~np.isnan(rows[:, self.schema.place(fact.name)])
                bits |= unseen.astype(np.uint64) << np.uint64(seldom + filters.index(fact.name))
            read[:, column] = values if fact.may_be_missing else np.where(np.isnan(values), self.usual[column], values)
        unknown = [at for at, name in enumerate(self.schema.names) if name not in self.model.by_name]
        if unknown:
            given = ~np.isnan(rows[:, unknown]).all(axis=1)
            bits |= given.astype(np.uint64) << np.uint64(seldom + len(filters))
        return read, bits

    def _are_people(self, rows: Floats) -> bool:
        """Return whether each row keeps the rules, in which NaN is allowed only where a fact may be missing."""
        if not len(rows):
            return True
        if self.gaps:
            given = rows.copy()
            columns = given[:, self.gaps]
            fills = np.nan_to_num(self.lows[list(self.gaps)], neginf=0.0)
            given[:, self.gaps] = np.where(np.isnan(columns), fills, columns)
            rows = given
        in_range = (rows.min(axis=0) >= self.lows) & (rows.max(axis=0) <= self.highs)
        whole = (np.floor(rows) == rows).all(axis=0)[list(self.whole)].all()
        return bool(in_range.all() and whole and np.isfinite(rows).all())


def usual_values(rows: Floats) -> Floats:
    """Return the most frequent number of each column; NaN for a column without values."""
    return np.array([_most_frequent(column[~np.isnan(column)]) for column in rows.T])


def _most_frequent(values: Floats) -> float:
    if not len(values):
        return np.nan
    codes, counts = np.unique(values, return_counts=True)
    return float(codes[counts.argmax()])


def _recoded(values: Floats, given: Fact, fact: Fact) -> Floats:
    """Return codes of one list of choices as those of another; NaN for a choice that the other does not have."""
    if given.kind is Kind.FLAG or given.choices == fact.choices:
        return values
    codes = [float(fact.choices.index(choice)) if choice in fact.choices else np.nan for choice in given.choices]
    places = np.where(np.isnan(values), len(codes), values).astype(np.intp)
    return np.array([*codes, np.nan])[places]


def _layout(fact: Fact) -> Sequence[object]:
    return (fact.name, fact.kind, fact.choices, fact.may_be_missing)
