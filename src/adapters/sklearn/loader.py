"""A model folder brought to life in this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from adapters.sklearn.storage import read, read_reference
from domain.beneficiary import FACTS
from domain.cost import Contribution, CostDistribution, round_to_total
from domain.drift import Sample
from domain.ports.loader import LoadedModel, ModelLoader
from domain.prediction import Estimate, Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.model import CostModel
    from domain.beneficiary import Beneficiary
    from domain.prediction import Caution, ModelReference

    Floats = NDArray[np.float64]

_AT_ONCE: Final = 64
"""Up to so many people are answered on the spot; handing more to a thread keeps the event loop free."""


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

    def predict_arrays(self, rows: Floats) -> tuple[Floats, dict[int, tuple[Caution, ...]]]:
        """Answer for n x 6 numbers, `Beneficiary.as_numbers` row by row.

        Returns:
            n x 100: mean and 99 quantiles, USD; and the cautions of the rows that have any, by row.
        """
        return self.inner.predict_arrays(rows)

    def _estimates(self, beneficiaries: Sequence[Beneficiary]) -> list[Estimate]:
        answers, cautions = self.predict_arrays(_rows(beneficiaries))
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
        rows, charges = read_reference(folder, model.digest)
        return Sample(rows, {"charges": charges})


def _rows(beneficiaries: Sequence[Beneficiary]) -> Floats:
    return np.array([who.as_numbers() for who in beneficiaries], dtype=np.float64).reshape(-1, len(FACTS))
