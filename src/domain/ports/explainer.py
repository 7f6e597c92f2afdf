"""The port `explainer`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.beneficiary import Beneficiary
    from domain.prediction import Explanation


class Explainer(Protocol):
    """Gives the dollars behind each fact."""

    @abstractmethod
    async def explain(self, beneficiary: Beneficiary) -> Explanation:
        """Explain the expected cost by exact Shapley values over the six facts.

        Baseline and contributions, in whole cents, add up to the expected cost, in whole cents, exactly.
        The baseline is the expected cost of the average person of the training data.

        Raises:
            PredictorUnavailable: within the adapter's deadline, if no answer can be had.
        """
