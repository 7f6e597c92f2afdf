"""The port `loader`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol, cast

from domain.costs.prediction import EstimateColumns, PublishedColumns
from domain.people.beneficiary import Beneficiary
from domain.ports.explainer import Explainer
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.costs.prediction import Estimate, ModelReference
    from domain.monitoring.drift import Sample
    from domain.people.schema import Schema


class LoadedModel(Predictor, Explainer, Protocol):
    """A model in this process: it predicts and explains."""

    @property
    @abstractmethod
    def schema(self) -> Schema:
        """Return the schema that the model learned with.

        Raises:
            PredictorUnavailable: if there is no model.
        """

    def current(self) -> LoadedModel:
        """Return the model that answers at this moment, which no other one replaces.

        Raises:
            PredictorUnavailable: if there is no model.
        """
        return self

    async def predict_columns(self, facts: memoryview[float], schema: Schema | None = None) -> EstimateColumns:
        """Estimate many at once, without an object for each.

        Args:
            facts: n x width doubles, C-contiguous: `Beneficiary.as_numbers` row by row.
            schema: which facts the rows carry; the model's own where it is not given. A fact that the model does not
                have is left out, with a caution.

        Returns:
            The figures that `predict` gives for the same people.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of the schema.
            PredictorUnavailable: if no answer can be had.
        """
        return EstimateColumns.of(*await self._each(facts, schema))

    async def publish_columns(
        self, facts: memoryview[float], schema: Schema | None = None, above: float | None = None
    ) -> PublishedColumns:
        """Return what is published of many people at once, without distributions.

        Args:
            facts: as `predict_columns`.
            schema: as `predict_columns`.
            above: an amount; the chances of costing more come with the figures.

        Returns:
            The figures that are published and recorded of the same people.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of the schema.
            PredictorUnavailable: if no answer can be had.
        """
        return PublishedColumns.of(schema or self.schema, *await self._each(facts, schema), amount=above)

    async def _each(self, facts: memoryview[float], schema: Schema | None) -> tuple[ModelReference, Sequence[Estimate]]:
        rows = cast("list[list[float]]", facts.tolist())
        estimates = await self.predict([Beneficiary.of_numbers(schema or self.schema, row) for row in rows])
        return estimates[0].model if estimates else await self.model(), estimates


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
        """Verify each file, then give the rows that the folder keeps of those its model learnt from, with ``charges``.

        All of them, or a random sample; none where the folder keeps none. With what was ``expected`` of them by fits
        that had not seen them, if the folder keeps that.

        Raises:
            ModelRefused: as `load`.
        """
