"""The port `loader`: the loading of model folders."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol, cast

from domain.costs.estimate_columns import EstimateColumns, PublishedColumns
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
        """Return the model that answers at this moment, which stays the same when another one takes over.

        Raises:
            PredictorUnavailable: if there is no model.
        """
        return self

    async def predict_columns(self, facts: memoryview[float], schema: Schema | None = None) -> EstimateColumns:
        """Estimate many people at once, without an object for each.

        Args:
            facts: n x width doubles, C-contiguous: `Beneficiary.as_numbers` row by row.
            schema: the facts of the rows; by default the model's own. A fact that the model does not have is left out,
                with a caution.

        Returns:
            The figures of `predict` for the same people.

        Raises:
            InvalidBeneficiary: if a row breaks a rule of the schema.
            PredictorUnavailable: if no answer can be had.
        """
        return EstimateColumns.of(*await self._each(facts, schema))

    async def publish_columns(
        self, facts: memoryview[float], schema: Schema | None = None, above: float | None = None
    ) -> PublishedColumns:
        """Return the published figures of many people at once, without distributions.

        Args:
            facts: as for `predict_columns`.
            schema: as for `predict_columns`.
            above: an amount; the chances of costing more are returned, too.

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
    """Loads model folders."""

    @abstractmethod
    def load(self, model: ModelReference, folder: Path) -> LoadedModel:
        """Verify each file by the digest, load the model with our own allow-list, and reproduce a recorded prediction.

        Raises:
            ModelRefused: before anything is loaded, if a file is missing, changed or unlisted, if the digest or a
                library's version does not match, or a type is not allowed.
        """

    @abstractmethod
    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Verify each file, and return the training rows in the folder, with ``charges``.

        These are all training rows or a random sample; none where the folder has none. Their costs out of fold,
        ``expected``, are there if the folder has them.

        Raises:
            ModelRefused: as `load`.
        """
