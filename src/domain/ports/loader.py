"""The port `loader`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol, cast

from domain.beneficiary import Beneficiary
from domain.ports.explainer import Explainer
from domain.ports.predictor import Predictor
from domain.prediction import EstimateColumns

if TYPE_CHECKING:
    from pathlib import Path

    from domain.drift import Sample
    from domain.prediction import ModelReference


class LoadedModel(Predictor, Explainer, Protocol):
    """A model in this process: it predicts and explains."""

    async def predict_columns(self, facts: memoryview[float]) -> EstimateColumns:
        """Estimate many at once, without an object for each.

        Args:
            facts: n x 6 doubles, C-contiguous: `Beneficiary.as_numbers` row by row.

        Returns:
            The figures that `predict` gives for the same people.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of the six facts.
            PredictorUnavailable: if no answer can be had.
        """
        rows = cast("list[list[float]]", facts.tolist())
        estimates = await self.predict([Beneficiary.of_numbers(row) for row in rows])
        return EstimateColumns.of(estimates[0].model if estimates else await self.model(), estimates)


class ModelLoader(Protocol):
    """Brings a model folder to life."""

    @abstractmethod
    def load(self, model: ModelReference, folder: Path) -> LoadedModel:
        """Verify each file against the digest, then load with our own allow-list, then make a known prediction.

        Raises:
            ModelRefused: before anything is loaded, if a file is missing, changed or unlisted, if the digest or a
                library's version does not match, or a type is not allowed.
        """

    @abstractmethod
    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Verify each file, then give the rows that the folder keeps of those its model learnt from, with charges.

        All of them, or a random sample; none where the folder keeps none.

        Raises:
            ModelRefused: as `load`.
        """
