"""A predictor without a model: it answers with the costs of similar people."""

from __future__ import annotations

import asyncio
import hashlib
import math
from functools import lru_cache
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.costs.distribution import Contribution, CostDistribution, round_to_total
from domain.costs.explanation import Explained, Explanation, PeopleAlike
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.costs.shapley import shapley_values
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Kind
from domain.ports.loader import LoadedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.people.claims import Claims
    from domain.people.fact import Fact
    from domain.people.schema import Schema

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
        background = self._rows[:: max(1, len(self._rows) // _BACKGROUND)][:_BACKGROUND]
        figure = fmean if of == "expected" else _median
        worth = [self._worth(row, background, coalition, figure) for coalition in range(1 << len(row))]
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
        charges = self._nearest(who.as_numbers())
        cost = CostDistribution(fmean(charges), _grid(charges))
        return Estimate(cost, tuple(self._cautions(who)), self._model)

    def _nearest(self, row: Sequence[float]) -> list[float]:
        apart = self._dissimilarities(row)
        order = sorted(range(len(apart)), key=apart.__getitem__)
        return [self._charges[i] for i in order[:_NEIGHBOURS]]

    def _worth(
        self,
        row: Sequence[float],
        background: Sequence[Sequence[float]],
        coalition: int,
        figure: Callable[[Sequence[float]], float],
    ) -> float:
        mixed = {tuple(row[i] if coalition >> i & 1 else other[i] for i in range(len(row))) for other in background}
        means = {who: figure(self._nearest(who)) for who in mixed}
        return fmean(
            means[tuple(row[i] if coalition >> i & 1 else other[i] for i in range(len(row)))] for other in background
        )

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
        """Return the sum of steps between a row and each row of the data; different choices are one step apart."""
        apart = [0.0] * len(self._rows)
        for fact, number, scale, column in zip(self._schema.facts, row, self._scales, self._columns, strict=True):
            if fact.may_be_missing:
                apart = [far + _step(number, other, scale) for far, other in zip(apart, column, strict=True)]
            elif fact.kind is Kind.CHOICE:
                step = 1 / scale
                apart = [far + step if other != number else far for far, other in zip(apart, column, strict=True)]
            else:
                apart = [far + abs(other - number) / scale for far, other in zip(apart, column, strict=True)]
        return apart


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
