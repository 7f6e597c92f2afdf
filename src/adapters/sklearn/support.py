"""What the training data hold: their ranges, people alike, and how far beyond them a question lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.beneficiary import AGE, CHILDREN, FACTS
from domain.prediction import CAUTION_CODES, Caution, PeopleAlike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint8]

NUMERIC: Final = ("age", "bmi", "children")
MOST_REFERENCES: Final = 5000
"""People alike are looked for among at most this many training rows, a seeded sample of more."""

_AGE, _BMI, _CHILDREN, _SMOKER = (FACTS.index(name) for name in ("age", "bmi", "children", "smoker"))
_COLUMNS: Final = [_AGE, _BMI, _CHILDREN]
# alike: within 8 years, 4 kg/m² and 2 children, same smoking; the last float digits of a BMI do not count
_YEARS, _KG_PER_M2, _KIDS = 8, 4 + 1e-9, 2
_FEW: Final = 5
_FEW_WIDEN: Final = 0.1
_FEW_BIT: Final = np.uint8(1 << len(NUMERIC))
_BITS: Final = np.array([1 << bit for bit in range(len(NUMERIC))], dtype=np.uint8)
_UNITS: Final = {"age": " years", "bmi": " kg/m²", "children": ""}

_AGES: Final = int(AGE.high - AGE.low) + 1
_FAMILIES: Final = int(CHILDREN.high) + 1
_STRIDE: Final = 100.0
"""More than any BMI, with what lies near it."""


@dataclass(frozen=True, slots=True)
class Support:
    """The training data behind a model, as far as answers need them.

    Args:
        lows: smallest age, BMI and number of children of all training rows.
        highs: largest of them.
        rows: training rows to compare with, n x 6.
        charges: what they cost, USD.
        crowds: where at least five of those rows are alike, see `_crowds`.
        expected: what fits that had not seen those rows expected of them, USD; None where that was not kept.
    """

    lows: Floats
    highs: Floats
    rows: Floats
    charges: Floats
    crowds: Floats
    expected: Floats | None = None

    @classmethod
    def of(cls, rows: Floats, charges: Floats, expected: Floats | None = None, *, seed: int) -> Support:
        """Describe training rows."""
        some = rows[:, _COLUMNS]
        draw = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_REFERENCES])
        kept = None if expected is None else expected[draw]
        return cls.from_parts(some.min(axis=0), some.max(axis=0), rows[draw], charges[draw], kept)

    @classmethod
    def from_parts(
        cls, lows: Floats, highs: Floats, rows: Floats, charges: Floats, expected: Floats | None = None
    ) -> Support:
        """Find the crowds anew in parts that were kept."""
        return cls(lows, highs, rows, charges, _crowds(rows), expected)

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """The smallest and largest value of each numeric fact."""
        return {name: (float(low), float(high)) for name, low, high in zip(NUMERIC, self.lows, self.highs, strict=True)}

    def doubts(self, rows: Floats) -> tuple[Bits, Floats]:
        """Say where a model guesses, and how much wider its range has to be there.

        Returns:
            A number for each row, in which bit i stands for caution i of `CAUTION_CODES`; and by what share of its
            point the range is to be widened at either end: how far it lies beyond the data, in spans of the data, and
            a little where few people are alike. A rule of caution of our own: nothing is known there by which to
            calibrate it.
        """
        few = np.searchsorted(self.crowds, _places(rows), side="right") % 2 == 0
        doubts = few * _FEW_BIT
        share = _FEW_WIDEN * few
        values = rows[:, _COLUMNS]
        beyond = np.maximum(self.lows - values, values - self.highs)
        outside = beyond > 0
        if outside.any():
            doubts |= outside @ _BITS
            share += (np.where(outside, beyond, 0.0) / np.maximum(self.highs - self.lows, 1.0)).sum(axis=1)
        return doubts, np.minimum(share, 1.0)

    def cautions(self, doubts: Bits) -> dict[int, tuple[Caution, ...]]:
        """Put `doubts` into words, for the rows that have any."""
        if not doubts.any():
            return {}
        told = {doubt: self._told(doubt) for doubt in np.unique(doubts).tolist()}
        doubtful = np.flatnonzero(doubts)
        return {row: told[doubt] for row, doubt in zip(doubtful.tolist(), doubts[doubtful].tolist(), strict=True)}

    def alike(self, row: Floats) -> PeopleAlike:
        """Say how people alike really came out: same smoking, within 8 years, 4 kg/m² and 2 children."""
        off = np.abs(self.rows - row)
        near = (off[:, _AGE] <= _YEARS) & (off[:, _BMI] <= _KG_PER_M2) & (off[:, _CHILDREN] <= _KIDS)
        near &= off[:, _SMOKER] == 0
        count = int(near.sum())
        if not count:
            return PeopleAlike(0, len(self.rows), None, None, None)
        low, middle, high = np.round(np.quantile(self.charges[near], [0.25, 0.5, 0.75]), 2).tolist()
        return PeopleAlike(count, len(self.rows), low, middle, high)

    def _told(self, doubt: int) -> tuple[Caution, ...]:
        found = [self._beyond(i) for i in range(len(NUMERIC)) if doubt >> i & 1]
        return (*found, _few_alike()) if doubt & _FEW_BIT else tuple(found)

    def _beyond(self, i: int) -> Caution:
        name = NUMERIC[i]
        return Caution(
            CAUTION_CODES[i],
            name,
            f"The model has seen only {name} from {self.lows[i]:g} to {self.highs[i]:g}{_UNITS[name]}; "
            "beyond that it is guessing, and the range is wider.",
        )


def _few_alike() -> Caution:
    return Caution(
        CAUTION_CODES[len(NUMERIC)],
        "",
        f"Fewer than {_FEW} people in the data are alike (same smoking, near in age, BMI and children), "
        "so the range is wider.",
    )


def _cells(age: Floats, children: Floats, smoker: Floats) -> Floats:
    """Number each combination of age, children and smoking from 0."""
    return ((age - AGE.low) * _FAMILIES + children) * 2 + smoker


def _places(rows: Floats) -> Floats:
    """Lay all cells' scales of BMI out on one line."""
    return _cells(rows[:, _AGE], rows[:, _CHILDREN], rows[:, _SMOKER]) * _STRIDE + rows[:, _BMI]


def _crowds(rows: Floats) -> Floats:
    """Find where on the line of `_places` at least five people are alike.

    Within a cell, those near enough in the other facts are put in order of BMI. Somebody is within reach of five of
    them if within reach of the first and the last of five neighbours in that order.

    Returns:
        The beginning and end of each such stretch, rising: whoever stands behind an odd number of them is in one.
    """
    rows = rows[np.argsort(rows[:, _BMI])]
    years, kids = np.meshgrid(np.arange(-_YEARS, _YEARS + 1), np.arange(-_KIDS, _KIDS + 1))
    ages, children = rows[:, [_AGE]] + years.ravel(), rows[:, [_CHILDREN]] + kids.ravel()
    there = (ages >= AGE.low) & (ages <= AGE.high) & (children >= CHILDREN.low) & (children <= CHILDREN.high)
    cells = _cells(ages, children, rows[:, [_SMOKER]])[there].astype(np.uint16)
    order = np.argsort(cells, kind="stable")  # within a cell in order of BMI, as before
    cells, bmis = cells[order], np.repeat(rows[:, _BMI], there.sum(axis=1))[order]
    others = min(_FEW, len(rows)) - 1
    first, last = slice(len(cells) - others), slice(others, None)
    begins, ends = bmis[last] - _KG_PER_M2, bmis[first] + _KG_PER_M2
    reached = (cells[first] == cells[last]) & (begins <= ends)
    base = cells[first][reached] * _STRIDE
    begins, ends = begins[reached] + base, ends[reached] + base
    apart = begins[1:] > ends[:-1]  # stretches that touch are one
    return np.column_stack(
        [begins[np.append(True, apart)[: len(begins)]], ends[np.append(apart, True)[: len(ends)]]]
    ).ravel()
