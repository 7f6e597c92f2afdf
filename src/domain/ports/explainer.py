"""The port `explainer`: explanations of a cost."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.costs.explanation import Explained, Explanation
    from domain.people.beneficiary import Beneficiary


class Explainer(Protocol):
    """Explains a cost by the contribution of each fact."""

    @abstractmethod
    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Explain the expected or the typical cost by Shapley values over the facts that the model has.

        Baseline and contributions, in whole cents, add up to that cost, in whole cents, exactly.
        They are exact where the facts are few, else an estimate that is the same each time.
        The baseline is the average of that cost over people of the training data.

        Raises:
            PredictorUnavailable: within the adapter's deadline, if there is no answer.
        """
