"""The port `predictor`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import Estimate, ModelReference
    from domain.people.beneficiary import Beneficiary


class Predictor(Protocol):
    """Answers what a year may cost."""

    @abstractmethod
    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each beneficiary's cost, in the order given; all by one and the same model.

        The same beneficiary gets the same figures whoever else is in the batch. None gives none.

        Raises:
            PredictorUnavailable: within the adapter's deadline, if no answer can be had.
        """

    @abstractmethod
    async def model(self) -> ModelReference:
        """Name the model that answers now, after it made a known prediction.

        Raises:
            PredictorUnavailable: if there is none, or it does not answer.
        """
