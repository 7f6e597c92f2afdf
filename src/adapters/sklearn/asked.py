"""Rows that somebody asks about, by the schema of whoever asks, as rows that a model can answer for."""

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
class AskedRows:
    """Reads rows of one schema for a model of another, which may be older.

    Facts are matched by name and choices by theirs. A fact that the model does not have is left out; a choice that it
    does not have is read as "not given" where that may be, else as what most people have, with a caution.

    Args:
        asked: the schema of whoever asks.
        model: the schema that the model learned with.
        usual: for each fact of the model the number that most people have.
    """

    asked: Schema
    model: Schema
    usual: Floats
    lows: Floats
    highs: Floats
    whole: tuple[int, ...]
    gaps: tuple[int, ...]
    same: bool

    @classmethod
    def of(cls, asked: Schema, model: Schema, usual: Floats) -> Self:
        """Work out the rules of the rows, and whether they are the model's own."""
        lows, highs = np.array([fact.bounds for fact in asked.facts]).T
        whole = tuple(at for at, fact in enumerate(asked.facts) if fact.kind is not Kind.NUMBER)
        gaps = tuple(at for at, fact in enumerate(asked.facts) if fact.may_be_missing)
        same = [_layout(fact) for fact in asked.facts] == [_layout(fact) for fact in model.facts]
        return cls(asked, model, usual, lows, highs, whole, gaps, same)

    def checked(self, facts: memoryview[float]) -> Floats:
        """Return rows as an array.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of the schema of whoever asks.
        """
        rows = np.asarray(facts, dtype=np.float64).reshape(-1, self.asked.width)
        if not self._are_people(rows):
            for row in rows.tolist():
                Beneficiary.of_numbers(self.asked, row)
        return rows

    def for_model(self, rows: Floats) -> tuple[Floats, Bits]:
        """Return the rows in the model's order, and the bits of the cautions that this costs.

        Raises:
            InvalidBeneficiary: if the model needs a fact that whoever asks does not have.
        """
        bits = np.zeros(len(rows), dtype=np.uint64)
        if self.same:
            return rows, bits
        read = np.full((len(rows), self.model.width), np.nan)
        seldom = len(self.model.numeric) + 1  # the bits of rare values stand behind those of numbers and few alike
        filters = [fact.name for fact in self.model.filters]
        for column, fact in enumerate(self.model.facts):
            if fact.name not in self.asked.by_name:
                if not fact.may_be_missing:
                    raise InvalidBeneficiary([FieldError(fact.name, "missing", "is required by the model")])
                continue
            values = rows[:, self.asked.place(fact.name)]
            if fact.codes:
                values = _recoded(values, self.asked.by_name[fact.name], fact)
                unseen = np.isnan(values) & ~np.isnan(rows[:, self.asked.place(fact.name)])
                bits |= unseen.astype(np.uint64) << np.uint64(seldom + filters.index(fact.name))
            read[:, column] = values if fact.may_be_missing else np.where(np.isnan(values), self.usual[column], values)
        unknown = [at for at, name in enumerate(self.asked.names) if name not in self.model.by_name]
        if unknown:
            given = ~np.isnan(rows[:, unknown]).all(axis=1)
            bits |= given.astype(np.uint64) << np.uint64(seldom + len(filters))
        return read, bits

    def _are_people(self, rows: Floats) -> bool:
        """Return whether each row keeps the rules; NaN keeps none, but where a fact may be missing."""
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
    """Return the number that most rows have in each column; NaN where it is not given in any."""
    return np.array([_most_frequent(column[~np.isnan(column)]) for column in rows.T])


def _most_frequent(values: Floats) -> float:
    if not len(values):
        return np.nan
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])


def _recoded(values: Floats, asked: Fact, fact: Fact) -> Floats:
    """Return codes of one list of choices as those of another; NaN for a choice that the other does not have."""
    if asked.kind is Kind.FLAG or asked.choices == fact.choices:
        return values
    codes = [float(fact.choices.index(choice)) if choice in fact.choices else np.nan for choice in asked.choices]
    places = np.where(np.isnan(values), len(codes), values).astype(np.intp)
    return np.array([*codes, np.nan])[places]


def _layout(fact: Fact) -> Sequence[object]:
    return (fact.name, fact.kind, fact.choices, fact.may_be_missing)
