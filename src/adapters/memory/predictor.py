"""A predictor without a model: it answers with the costs of similar people."""

from __future__ import annotations

import asyncio
import hashlib
import math
from functools import lru_cache
from operator import add
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.costs.cents import round_to_total
from domain.costs.distribution import CostDistribution
from domain.costs.explanation import Contribution, Explained, Explanation, PeopleAlike
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.costs.shapley import shapley_values
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Kind
from domain.ports.loader import LoadedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from domain.people.claims import Claims
    from domain.people.fact import Fact
    from domain.people.schema import Schema

    _Choice = tuple[float, list[float]]

_NEIGHBOURS = 40
_BACKGROUND = 8
_AT_ONCE = 20
_REMEMBERED = 2_000
"""The most people whose answers are cached: computing an answer takes half a millisecond."""
_ALIKE = 2.0
"""The largest dissimilarity, in steps, of people who count as alike."""
_QUARTILES_NEED = 2


class NeighbourPredictor(FailsOnRequest, LoadedModel):
    """Answers with the costs of the people most alike in a small set of claims.

    The distribution is the empirical one of the 40 nearest rows. It needs the standard library only.
    """

    def __init__(self, claims: Claims) -> None:
        super().__init__()
        self._schema = claims.schema
        self._scales = [_scale(fact) for fact in claims.schema.facts]
        self._rows = [tuple(row) for row in claims.facts]
        self._columns = list(zip(*self._rows, strict=True))
        self._charges = list(claims.charges)
        self._estimate = lru_cache(_REMEMBERED)(self._estimate_anew)
        self._model = ModelReference(0, hashlib.sha256(f"neighbours:{claims.digest}".encode()).hexdigest())
        given = ([number for number in column if number == number] for column in self._columns)  # noqa: PLR0124  # NaN
        self._ranges = {
            fact.name: (min(numbers), max(numbers))
            for fact, numbers in zip(self._schema.facts, given, strict=True)
            if fact.kind.is_numeric and numbers
        }

    @property
    def schema(self) -> Schema:
        """Return the schema of its data."""
        return self._schema

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each beneficiary."""
        self._fail_if_asked()
        estimates: list[Estimate] = []
        for who in beneficiaries:
            if len(estimates) % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # others are served meanwhile
            estimates.append(self._estimate(who))
        return estimates

    async def model(self) -> ModelReference:
        """Return the reference of the stand-in model: version 0, and the digest of its data."""
        self._fail_if_asked()
        return self._model

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Explain by exact Shapley values over a few background people."""
        self._fail_if_asked()
        row = beneficiary.as_numbers()
        worth = self._worths(row, fmean if of == "expected" else _median)
        values = shapley_values(worth)
        cost = self._estimate(beneficiary).cost
        cents = round_to_total([worth[0], *values], cost.expected if of == "expected" else cost.typical)
        return Explanation(
            baseline=cents[0],
            contributions=tuple(
                Contribution(fact, usd) for fact, usd in zip(self._schema.names, cents[1:], strict=True)
            ),
            expected=cost.expected,
            alike=self._alike(row),
            model=self._model,
            typical=cost.typical,
            of=of,
        )

    def _estimate_anew(self, who: Beneficiary) -> Estimate:
        charges = self._nearest(self._dissimilarities(who.as_numbers()))
        cost = CostDistribution(fmean(charges), _grid(charges))
        return Estimate(cost, tuple(self._cautions(who)), self._model)

    def _nearest(self, apart: Sequence[float]) -> list[float]:
        """Return the costs of those who are the fewest steps away."""
        order = sorted(range(len(apart)), key=apart.__getitem__)
        return [self._charges[i] for i in order[:_NEIGHBOURS]]

    def _worths(self, row: tuple[float, ...], figure: Callable[[Sequence[float]], float]) -> list[float]:
        """Return the worth of each coalition: the mean figure of the background people, who have its facts of a row."""
        background = self._rows[:: max(1, len(self._rows) // _BACKGROUND)][:_BACKGROUND]
        own = self._steps(row)
        figure_of: dict[tuple[float, ...], float] = {}
        figures: list[list[float]] = [[] for _ in range(1 << len(row))]
        for other in background:
            either = list(zip(zip(other, self._steps(other), strict=True), zip(row, own, strict=True), strict=True))
            for coalition, who, apart in _mixtures(either, 0, (), [0.0] * len(self._rows)):
                if who not in figure_of:
                    figure_of[who] = figure(self._nearest(apart))
                figures[coalition].append(figure_of[who])
        return [fmean(several) for several in figures]

    def _alike(self, row: Sequence[float]) -> PeopleAlike:
        apart = self._dissimilarities(row)
        alike = [usd for usd, steps in zip(self._charges, apart, strict=True) if steps <= _ALIKE]
        if len(alike) < _QUARTILES_NEED:
            return PeopleAlike(len(alike), len(self._rows), None, None, None)
        low, middle, high = (round(usd, 2) for usd in quantiles(alike, n=4, method="inclusive"))
        return PeopleAlike(len(alike), len(self._rows), low, middle, high)

    def _cautions(self, who: Beneficiary) -> Sequence[Caution]:
        return [
            Caution(f"{name}_beyond_data", name, f"The data hold nobody with {name} outside {low:g} to {high:g}.")
            for name, (low, high) in self._ranges.items()
            if isinstance(value := who[name], int | float) and not low <= value <= high
        ]

    def _dissimilarities(self, row: Sequence[float]) -> list[float]:
        """Return the sum of steps between a row and each row of the data."""
        apart = [0.0] * len(self._rows)
        for steps in self._steps(row):
            apart = list(map(add, apart, steps))
        return apart

    def _steps(self, row: Sequence[float]) -> list[list[float]]:
        """Return the steps in each fact between a row and each of the data; different choices are one step apart."""
        several: list[list[float]] = []
        for fact, number, scale, column in zip(self._schema.facts, row, self._scales, self._columns, strict=True):
            if fact.may_be_missing:
                steps = [_step(number, other, scale) for other in column]
            elif fact.kind is Kind.CHOICE:
                step = 1 / scale
                steps = [step if other != number else 0.0 for other in column]
            else:
                steps = [abs(other - number) / scale for other in column]
            several.append(steps)
        return several


def _mixtures(
    either: Sequence[tuple[_Choice, _Choice]], coalition: int, who: tuple[float, ...], apart: list[float]
) -> Iterator[tuple[int, tuple[float, ...], list[float]]]:
    """Return each coalition, the facts of a person who has these of one and the others of another, and its distances.

    Args:
        either: for each fact, the number and the steps to each row of the data: first of the other, then of the one.
        coalition: the coalition of the facts that are chosen so far.
        who: the facts that are chosen so far.
        apart: the sum of their steps to each row of the data.
    """
    if len(who) == len(either):
        yield coalition, who, apart
        return
    for knows, (number, steps) in enumerate(either[len(who)]):
        yield from _mixtures(either, coalition | knows << len(who), (*who, number), list(map(add, apart, steps)))


def _grid(charges: Sequence[float]) -> tuple[float, ...]:
    """Return the quantiles at the 99 levels."""
    return tuple(sorted(quantiles(charges, n=100, method="inclusive")))


def _median(charges: Sequence[float]) -> float:
    return _grid(charges)[49]


def _scale(fact: Fact) -> float:
    """Return one step of dissimilarity: a tenth of the range of a whole number, a fifteenth of another number's."""
    if fact.kind is Kind.FLAG:
        return 0.1
    low, high = fact.bounds
    if fact.kind is Kind.CHOICE or not math.isfinite(high - low):
        return 4.0
    return max(float(round((high - low) / 10)), 1.0) if fact.kind is Kind.WHOLE else (high - low) / 15


def _step(number: float, other: float, scale: float) -> float:
    if math.isnan(number) or math.isnan(other):
        return 0.0 if math.isnan(number) and math.isnan(other) else 1.0
    return abs(other - number) / scale
