"""A predictor that needs no model: it looks up how people alike came out."""

from __future__ import annotations

import asyncio
import hashlib
from functools import lru_cache
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.beneficiary import FACTS, Beneficiary
from domain.cost import Contribution, CostDistribution, round_to_total
from domain.ports.loader import LoadedModel
from domain.prediction import Caution, Estimate, Explanation, ModelReference, PeopleAlike
from domain.shapley import COALITIONS, shapley_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.claims import Claims

_NEIGHBOURS = 40
_SCALES = (8.0, 4.0, 4.0, 2.0, 0.1, 4.0)
"""One step of dissimilarity in each of the `FACTS`, in order: 8 years, 4 kg/m², 2 children; smoking weighs most."""
_BACKGROUND = 8
_AT_ONCE = 20
_REMEMBERED = 2_000
"""People whose answers are at hand: looking one up takes half a millisecond."""
_ALIKE = 2.0
"""Up to so many steps of dissimilarity apart, people count as alike."""
_QUARTILES_NEED = 2


class NeighbourPredictor(FailsOnRequest, LoadedModel):
    """Answers with the costs of the people most alike in a small set of claims.

    Honest, if coarse: the distribution is the empirical one of the 40 nearest rows. Standard library only.
    """

    def __init__(self, claims: Claims) -> None:
        super().__init__()
        self._rows = [tuple(row) for row in claims.facts]
        self._charges = list(claims.charges)
        self._estimate = lru_cache(_REMEMBERED)(self._estimate_anew)
        self._model = ModelReference(0, hashlib.sha256(f"neighbours:{claims.digest}".encode()).hexdigest())
        self._ranges = {
            name: (min(column), max(column)) for name, column in zip(FACTS, zip(*self._rows, strict=True), strict=True)
        }

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each."""
        self._fail_if_asked()
        estimates: list[Estimate] = []
        for who in beneficiaries:
            if len(estimates) % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # others are served meanwhile
            estimates.append(self._estimate(who))
        return estimates

    async def model(self) -> ModelReference:
        """Name the stand-in model: version 0, digest of its data."""
        self._fail_if_asked()
        return self._model

    async def explain(self, beneficiary: Beneficiary) -> Explanation:
        """Explain by exact Shapley values over a few background people."""
        self._fail_if_asked()
        row = beneficiary.as_numbers()
        background = self._rows[:: max(1, len(self._rows) // _BACKGROUND)][:_BACKGROUND]
        worth = [self._worth(row, background, coalition) for coalition in range(COALITIONS)]
        values = shapley_values(worth)
        cents = round_to_total([worth[0], *values], worth[-1])
        return Explanation(
            baseline=cents[0],
            contributions=tuple(Contribution(fact, usd) for fact, usd in zip(FACTS, cents[1:], strict=True)),
            expected=self._estimate(beneficiary).cost.expected,
            alike=self._alike(row),
            model=self._model,
        )

    def _estimate_anew(self, who: Beneficiary) -> Estimate:
        charges = self._nearest(who.as_numbers())
        cost = CostDistribution(fmean(charges), tuple(sorted(quantiles(charges, n=100, method="inclusive"))))
        return Estimate(cost, tuple(self._cautions(who)), self._model)

    def _nearest(self, row: Sequence[float]) -> list[float]:
        order = sorted(range(len(self._rows)), key=lambda i: (_dissimilarity(row, self._rows[i]), i))
        return [self._charges[i] for i in order[:_NEIGHBOURS]]

    def _worth(self, row: Sequence[float], background: Sequence[Sequence[float]], coalition: int) -> float:
        mixed = {tuple(row[i] if coalition >> i & 1 else other[i] for i in range(len(row))) for other in background}
        means = {who: fmean(self._nearest(who)) for who in mixed}
        return fmean(
            means[tuple(row[i] if coalition >> i & 1 else other[i] for i in range(len(row)))] for other in background
        )

    def _alike(self, row: Sequence[float]) -> PeopleAlike:
        alike = [self._charges[i] for i, other in enumerate(self._rows) if _dissimilarity(row, other) <= _ALIKE]
        if len(alike) < _QUARTILES_NEED:
            return PeopleAlike(len(alike), len(self._rows), None, None, None)
        low, middle, high = (round(usd, 2) for usd in quantiles(alike, n=4, method="inclusive"))
        return PeopleAlike(len(alike), len(self._rows), low, middle, high)

    def _cautions(self, who: Beneficiary) -> Sequence[Caution]:
        return [
            Caution(f"{name}_beyond_data", name, f"The data hold nobody with {name} outside {low:g} to {high:g}.")
            for name, value in (("age", who.age), ("bmi", who.bmi), ("children", who.children))
            for low, high in [self._ranges[name]]
            if not low <= value <= high
        ]


def _dissimilarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Sum of steps apart; sex and region differ or not."""
    total = 0.0
    for i, scale in enumerate(_SCALES):
        apart = abs(one[i] - other[i])
        total += (1.0 if apart else 0.0) / scale if FACTS[i] in ("sex", "region") else apart / scale
    return total
