"""Costs as those of a person's group came out: an adapter of the port `predictor` that lives outside of Medcost."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from statistics import fmean, quantiles
from typing import TYPE_CHECKING

from domain.costs.distribution import CostDistribution
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.errors import PredictorUnavailable
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.beneficiary import Beneficiary
    from domain.people.claims import ClaimRecord
    from domain.people.fact import Value

_FEWEST = 2


class GroupPredictor(Predictor):
    """Answers with the costs of all who have the same value of a fact; of a value that few have, with those of all."""

    def __init__(self, records: Sequence[ClaimRecord], fact: str) -> None:
        self._fact = fact
        costs: defaultdict[Value, list[float]] = defaultdict(list)
        for record in records:
            costs[record.beneficiary[fact]].append(record.charges)
        enough = {value: charges for value, charges in costs.items() if len(charges) >= _FEWEST}
        self._groups = {value: _distribution(charges) for value, charges in enough.items()}
        self._all = _distribution([record.charges for record in records]) if len(records) >= _FEWEST else None
        digest = hashlib.sha256(repr([(record.beneficiary.values, record.charges) for record in records]).encode())
        self._model = ModelReference(1, digest.hexdigest())

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each by their group."""
        everybody = self._everybody()
        return [self._estimate(who[self._fact], everybody) for who in beneficiaries]

    async def model(self) -> ModelReference:
        """Name the table of costs by its digest."""
        self._everybody()
        return self._model

    def _everybody(self) -> CostDistribution:
        if self._all is None:
            message = f"there are fewer than {_FEWEST} costs to answer from: give more records"
            raise PredictorUnavailable(message)
        return self._all

    def _estimate(self, value: Value, everybody: CostDistribution) -> Estimate:
        if value in self._groups:
            return Estimate(self._groups[value], (), self._model)
        caution = Caution(f"{self._fact}_rare", self._fact, f"Hardly anybody in the data has {self._fact} {value}.")
        return Estimate(everybody, (caution,), self._model)


def _distribution(charges: Sequence[float]) -> CostDistribution:
    return CostDistribution(fmean(charges), tuple(quantiles(charges, n=100, method="inclusive")))
