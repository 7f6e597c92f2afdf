"""The support of a model: the ranges of its training data, people alike, and cautions beyond the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from adapters.sklearn.dense_regions import FEW, DenseRegions, Reach, dense_regions_of
from adapters.sklearn.reach import reach_in_each
from adapters.sklearn.table import Table
from adapters.sklearn.thresholds import same_side
from domain.costs.explanation import PeopleAlike
from domain.costs.prediction import FACTS_UNKNOWN, Caution, caution_codes
from domain.people.fact import Kind
from domain.people.numbers import rough

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from domain.people.fact import Fact
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Bits = NDArray[np.uint64]

MOST_REFERENCES: Final = 5000
"""The most training rows among which people alike are searched; a seeded sample of more."""

_WIDEN: Final = 0.1
"""The widening where the disagreement of folds is unknown."""
_BOTH_SIDES: Final = 1.645
_MOST_UNSURE: Final = 0.5


class _Rare(NamedTuple):
    """A choice or flag with rare values.

    Args:
        bit: the bit of its caution.
        column: the position in a row.
        values: whether each of its codes is rare; the last one is "not given".
    """

    bit: int
    column: int
    values: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Support:
    """The training data that a model's answers need.

    Args:
        lows: the smallest value of each number in all training rows, in the order of the schema.
        highs: the largest of them.
        rows: training rows to compare with, n x width.
        charges: the costs.
        expected: the expected costs out of fold; None where they were not recorded.
        schema: the facts of the rows.
        near: the largest difference of people alike in each fact, see `reach_in_each`.
        counts: the numbers of training rows with each choice, and then without any: for each of the schema's choices
            and flags, one after another. Empty for models of earlier releases.
        unsure: the share of its point by which a range is widened where hardly anybody is alike.
        codes: the codes of the cautions, derived: bit i of `doubts` stands for code i.
    """

    lows: Floats
    highs: Floats
    rows: Floats
    charges: Floats
    expected: Floats | None
    schema: Schema
    near: Floats
    counts: Counts
    unsure: float = _WIDEN
    codes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    reach: Reach = field(init=False, repr=False, compare=False)
    dense_regions: DenseRegions = field(init=False, repr=False, compare=False)
    _numbers: NDArray[np.intp] = field(init=False, repr=False, compare=False)
    _spans: Floats = field(init=False, repr=False, compare=False)
    _rare: tuple[_Rare, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reach = Reach.of(self.schema, self.near)
        object.__setattr__(self, "codes", caution_codes(self.schema))
        object.__setattr__(self, "reach", reach)
        object.__setattr__(self, "dense_regions", dense_regions_of(self.rows, reach))
        object.__setattr__(self, "_numbers", np.array(_numeric(self.schema), dtype=np.intp))
        object.__setattr__(self, "_spans", _spans(self.schema, self.lows, self.highs))
        object.__setattr__(self, "_rare", tuple(self._rare_values()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the support without the parts that are derived from the others."""
        parts = (self.lows, self.highs, self.rows, self.charges, self.expected, self.schema, self.near, self.counts)
        return Support, (*parts, self.unsure)

    @classmethod
    def of(cls, rows: Floats, charges: Floats, expected: Floats | None = None, *, seed: int, schema: Schema) -> Support:
        """Describe training rows."""
        columns = _numeric(schema)
        lows = np.min(rows[:, columns], axis=0, initial=np.inf, where=~np.isnan(rows[:, columns]))
        highs = np.max(rows[:, columns], axis=0, initial=-np.inf, where=~np.isnan(rows[:, columns]))
        draw = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_REFERENCES])
        drawn_expected = None if expected is None else expected[draw]
        near = reach_in_each(schema, rows[draw], charges[draw])
        return cls(lows, highs, rows[draw], charges[draw], drawn_expected, schema, near, _counted(rows, schema))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], schema: Schema) -> Support:
        """Restore a support from the arrays of `as_arrays`; older models lack some of them."""
        rows, charges = arrays["rows"], arrays["charges"]
        near = arrays["near"] if "near" in arrays else reach_in_each(schema, rows, charges)
        counts = arrays.get("counts", np.empty(0, np.int64))
        unsure = float(arrays.get("unsure", _WIDEN))
        return cls(arrays["lows"], arrays["highs"], rows, charges, arrays.get("expected"), schema, near, counts, unsure)

    def as_arrays(self) -> dict[str, Any]:
        """Return the parts to store, as arrays."""
        parts = {name: getattr(self, name) for name in ("lows", "highs", "rows", "charges", "near", "counts", "unsure")}
        return parts if self.expected is None else {**parts, "expected": self.expected}

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """Return the smallest and largest value of each number that is given at all."""
        limits = zip(self.schema.numeric, self.lows.tolist(), self.highs.tolist(), strict=True)
        return {fact.name: (low, high) for fact, low, high in limits if low <= high}

    def doubts(self, rows: Floats) -> tuple[Bits, Floats]:
        """Return the cautions of each row, and the widening of its range.

        Returns:
            A number for each row, in which bit i stands for caution i of `codes`; and the share of its point by which
            the range is widened at either end: the distance beyond the data, in spans of the data, and, where few
            people are alike and for each rare choice, the disagreement of fits to parts of the data. The rule is our
            own: there are no data to calibrate it.
        """
        few = ~self.dense_regions.holds(rows)
        numbers = len(self.lows)
        doubts = few.astype(np.uint64) << np.uint64(numbers)
        share = self.unsure * few
        values = rows[:, self._numbers]
        beyond = np.maximum(self.lows - values, values - self.highs)
        outside = beyond > 0
        if outside.any():
            doubts |= outside @ (np.uint64(1) << np.arange(numbers, dtype=np.uint64))
            share += (np.where(outside, beyond, 0.0) / self._spans).sum(axis=1)
        for bit, column, rare in self._rare:
            seldom = rare[_codes(rows[:, column], len(rare))]
            doubts |= seldom.astype(np.uint64) << np.uint64(bit)
            share += self.unsure * seldom
        return doubts, np.minimum(share, 1.0)

    def made_unsure(self, rows: Floats, guesses: Floats) -> Support:
        """Return the support with the widening by the disagreement of fits to parts of the data.

        The standard error of a point is that of the delete-a-group jackknife (Kott 2001). A range is widened by 1.645
        times the error that nine in ten people with hardly anybody alike stay below, of everybody if there are too few
        of these, and at most by half the point.

        Args:
            rows: training rows, m x width.
            guesses: the points of these rows by each fold's fit, folds x m, USD.
        """
        away = guesses - guesses.mean(axis=0)
        errors = np.sqrt((away**2).sum(axis=0) * (len(guesses) - 1) / len(guesses))
        shares = errors / np.maximum(np.abs(guesses.mean(axis=0)), 1.0)
        few = ~self.dense_regions.holds(rows)
        shares = shares[few] if few.sum() >= FEW else shares
        unsure = min(_BOTH_SIDES * float(np.quantile(shares, 0.9)), _MOST_UNSURE) if len(shares) else _WIDEN
        object.__setattr__(self, "unsure", unsure)
        return self

    def cautions(self, doubts: Bits) -> dict[int, tuple[Caution, ...]]:
        """Return the cautions of `doubts` in words, for the rows that have any."""
        if not doubts.any():
            return {}
        worded = {doubt: self._in_words(doubt) for doubt in np.unique(doubts).tolist()}
        doubtful = np.flatnonzero(doubts)
        return {row: worded[doubt] for row, doubt in zip(doubtful.tolist(), doubts[doubtful].tolist(), strict=True)}

    def alike(self, row: Floats) -> PeopleAlike:
        """Return the real costs of people alike."""
        near = self.reach.alike(self.rows, row)
        near &= same_side(
            Table(self.schema, self.rows, self.charges), row
        )  # people on the other side of a threshold are no comparison
        count = int(near.sum())
        if not count:
            return PeopleAlike(0, len(self.rows), None, None, None)
        low, middle, high = np.round(np.quantile(self.charges[near], [0.25, 0.5, 0.75]), 2).tolist()
        return PeopleAlike(count, len(self.rows), low, middle, high)

    def _in_words(self, doubt: int) -> tuple[Caution, ...]:
        cautions = [
            *(self._beyond(at, fact) for at, fact in enumerate(self.schema.numeric)),
            self._few_alike(),
            *map(_rare, self.schema.filters),
            Caution(FACTS_UNKNOWN, "", "The model learned without some of these facts, and leaves them out."),
        ]
        return tuple(caution for bit, caution in enumerate(cautions) if doubt >> bit & 1)

    def _beyond(self, at: int, fact: Fact) -> Caution:
        low, high = float(self.lows[at]), float(self.highs[at])
        unit = f" {fact.unit}" if fact.unit not in ("", fact.name) else ""
        values = f"{fact.name} from {rough(low)} to {rough(high)}{unit}"
        seen = f"has seen only {values}" if low <= high else f"never saw {fact.name}"
        detail = f"The model {seen}; beyond that it is guessing, and the range is wider."
        return Caution(f"{fact.name}_beyond_data", fact.name, detail)

    def _few_alike(self) -> Caution:
        facts = self.reach.facts
        equal = _listed([fact.name for fact in facts if not fact.kind.is_numeric])
        near = _listed([fact.name for fact in facts if fact.kind.is_numeric])
        how = ", ".join(filter(None, (equal and f"same {equal}", near and f"near in {near}")))
        detail = f"Fewer than {FEW} people in the data are alike ({how}), so the range is wider."
        return Caution(self.codes[len(self.lows)], "", detail)

    def _rare_values(self) -> Iterator[_Rare]:
        if not len(self.counts):
            return
        filters = [(column, fact) for column, fact in enumerate(self.schema.facts) if not fact.kind.is_numeric]
        ends = np.cumsum([fact.codes + 1 for _, fact in filters])[:-1]
        parts = np.split(self.counts, ends)
        for bit, ((column, fact), counts) in enumerate(zip(filters, parts, strict=True), len(self.lows) + 1):
            rare = counts < FEW
            rare[-1] &= fact.may_be_missing
            if rare.any():
                yield _Rare(bit, column, rare)


def _rare(fact: Fact) -> Caution:
    detail = (
        f"Fewer than {FEW} people in the data have this value of {fact.name}; the model is guessing what it means, "
        "and the range is wider."
    )
    return Caution(f"{fact.name}_rare", fact.name, detail)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _numeric(schema: Schema) -> list[int]:
    return [column for column, fact in enumerate(schema.facts) if fact.kind.is_numeric]


def _spans(schema: Schema, lows: Floats, highs: Floats) -> Floats:
    """Return the span of the training data in each number; at least 1 for whole ones, 1 instead of 0 for others."""
    spans = np.maximum(highs - lows, [float(fact.kind is Kind.WHOLE) for fact in schema.numeric])
    return np.where(spans > 0, spans, 1.0)


def _codes(values: Floats, size: int) -> NDArray[np.intp]:
    return np.where(np.isnan(values), size - 1, values).astype(np.intp)


def _counted(rows: Floats, schema: Schema) -> Counts:
    counts = [
        np.bincount(_codes(rows[:, column], fact.codes + 1), minlength=fact.codes + 1)
        for column, fact in enumerate(schema.facts)
        if not fact.kind.is_numeric
    ]
    return np.concatenate(counts).astype(np.int64) if counts else np.zeros(0, np.int64)
