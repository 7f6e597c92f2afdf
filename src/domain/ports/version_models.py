"""The port `version_models`: predictions by any version in the model store."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import ModelReference, Published
    from domain.monitoring.drift import Sample
    from domain.people.beneficiary import Beneficiary


class VersionModels(Protocol):
    """Answers by any version in the model store, champion or not, for people who judge models.

    Nothing is recorded, and the champion's answers are not changed.

    Both methods raise `VersionNotFound` if the folder of the version is not there, `ModelRefused` if it is not what
    its digest promises, and `PredictorUnavailable` if no answer can be had within the adapter's deadline.
    """

    @abstractmethod
    async def publish(self, model: ModelReference, people: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the figures that the version would publish of each person, in the order given."""

    @abstractmethod
    async def rows(self, model: ModelReference) -> Sample:
        """Return the training rows in the version's folder, as `ModelLoader.reference` does."""
