"""A model folder brought to life in this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from adapters.sklearn.storage import read, read_reference
from domain.beneficiary import FACTS, NUMBER_LIMITS, Beneficiary
from domain.cost import Contribution, CostDistribution, round_to_total
from domain.drift import Sample
from domain.ports.loader import LoadedModel, ModelLoader
from domain.prediction import Estimate, EstimateColumns, Explanation, PublishedColumns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.model import CostModel
    from domain.prediction import ModelReference

    Floats = NDArray[np.float64]

_AT_ONCE: Final = 64
"""Up to so many people are answered on the spot; handing more to a thread keeps the event loop free."""
_LOWS, _HIGHS = np.array(NUMBER_LIMITS).T
_WHOLE: Final = [column for column, name in enumerate(FACTS) if name != "bmi"]


@dataclass(frozen=True, slots=True)
class SklearnModel(LoadedModel):
    """Predicts and explains in this process."""

    reference: ModelReference
    inner: CostModel

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each."""
        if len(beneficiaries) <= _AT_ONCE:
            return self._estimates(beneficiaries)
        return await asyncio.to_thread(self._estimates, beneficiaries)

    async def model(self) -> ModelReference:
        """Name it: the known prediction was made when it was loaded."""
        return self.reference

    async def explain(self, beneficiary: Beneficiary) -> Explanation:
        """Explain one."""
        return await asyncio.to_thread(self._explanation, beneficiary)

    async def predict_columns(self, facts: memoryview[float]) -> EstimateColumns:
        """Estimate all at once, on arrays."""
        if len(facts) <= _AT_ONCE:
            return self._columns(facts)
        return await asyncio.to_thread(self._columns, facts)

    async def publish_columns(self, facts: memoryview[float]) -> PublishedColumns:
        """Round all at once, on arrays."""
        if len(facts) <= _AT_ONCE:
            return self._published(facts)
        return await asyncio.to_thread(self._published, facts)

    def _published(self, facts: memoryview[float]) -> PublishedColumns:
        said, doubts = self.inner.publish_arrays(_people(facts))
        money = np.array([said.expected, said.typical, said.low, said.high])
        return PublishedColumns(self.reference, cast("memoryview[float]", money.data), doubts.data)

    def _columns(self, facts: memoryview[float]) -> EstimateColumns:
        answers, cautions = self.inner.predict_arrays(_people(facts))
        numbers = cast("memoryview[float]", answers.data)
        return EstimateColumns(self.reference, numbers, cautions)

    def _estimates(self, beneficiaries: Sequence[Beneficiary]) -> list[Estimate]:
        answers, cautions = self.inner.predict_arrays(_rows(beneficiaries))
        return [
            Estimate(CostDistribution(mean, tuple(quantiles)), cautions.get(row, ()), self.reference)
            for row, (mean, *quantiles) in enumerate(answers.tolist())
        ]

    def _explanation(self, beneficiary: Beneficiary) -> Explanation:
        rows = _rows([beneficiary])
        expected = self._estimates([beneficiary])[0].cost.expected
        base, values = self.inner.contributions(rows[0])
        baseline, *dollars = round_to_total([base, *values], expected)
        return Explanation(
            baseline,
            tuple(Contribution(fact, usd) for fact, usd in zip(FACTS, dollars, strict=True)),
            expected,
            self.inner.support.alike(rows[0]),
            self.reference,
        )


@dataclass(frozen=True, slots=True)
class SklearnLoader(ModelLoader):
    """Verifies a folder, loads it with our own allow-list, and makes known predictions."""

    def load(self, model: ModelReference, folder: Path) -> SklearnModel:
        """Load it."""
        inner, _ = read(folder, model.digest)
        return SklearnModel(model, inner)

    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Read them; the estimator is not brought to life."""
        return Sample(*read_reference(folder, model.digest))


def _rows(beneficiaries: Sequence[Beneficiary]) -> Floats:
    return np.array([who.as_numbers() for who in beneficiaries], dtype=np.float64).reshape(-1, len(FACTS))


def _people(facts: memoryview[float]) -> Floats:
    """Make an array of facts, n x 6.

    Raises:
        InvalidBeneficiary: if a row breaks a rule.
    """
    rows = np.asarray(facts, dtype=np.float64).reshape(-1, len(FACTS))
    if not _are_people(rows):
        for row in rows.tolist():
            Beneficiary.of_numbers(row)
    return rows


def _are_people(rows: Floats) -> bool:
    """Tell whether each row keeps the rules of the six facts; NaN keeps none."""
    if not len(rows):
        return True
    in_range = (rows.min(axis=0) >= _LOWS) & (rows.max(axis=0) <= _HIGHS)
    return bool(in_range.all() and (np.floor(rows) == rows).all(axis=0)[_WHOLE].all())
