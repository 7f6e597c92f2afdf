"""The port `predictor`: predictions of a cost."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.costs.prediction import Published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate, ModelReference
    from domain.people.beneficiary import Beneficiary


class Predictor(Protocol):
    """Predicts the cost of a person's year."""

    @abstractmethod
    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each beneficiary's cost, in the order given; all by one and the same model.

        The figures of a beneficiary do not depend on the others in the batch. An empty batch returns an empty result.

        Raises:
            PredictorUnavailable: within the adapter's deadline, if no answer can be had.
        """

    async def publish(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the published figures of each beneficiary, without the distribution; otherwise like `predict`.

        The figures are those of `predict`, rounded. An adapter that carries answers over a network carries less here.

        Raises:
            PredictorUnavailable: within the adapter's deadline, if no answer can be had.
        """
        return [Published.of(estimate) for estimate in await self.predict(beneficiaries)]

    @abstractmethod
    async def model(self) -> ModelReference:
        """Return the reference of the model that answers now, which has reproduced a recorded prediction.

        Raises:
            PredictorUnavailable: if there is none, or it does not answer.
        """
