"""Give a trained model its version number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.models.reconcile import Reconcile
from application.use_case import use_case
from domain.models.model import CHALLENGER
from domain.ports.ledger import ModelLedger
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry

if TYPE_CHECKING:
    from domain.models.model import ModelVersion, Provenance, TrainedModel


@use_case
class RegisterModel:
    """Register a trained model as the challenger: in the registry, the model store, and then the ledger.

    The ledger comes last: when the process is killed before that step, the version does not exist; after it, the
    version is complete. The result of a study becomes one version, whichever of its workers registers it, and how
    often.
    """

    ledger: ModelLedger
    registry: ModelRegistry
    publisher: ModelPublisher
    reconcile: Reconcile

    async def __call__(self, model: TrainedModel) -> ModelVersion:
        """Register a model and return its version."""
        async with self.ledger.exclusive():
            await self.reconcile()
            if registered := await self._find(model.card.provenance):
                return registered
            version = await self.registry.register(model)
            await self.publisher.publish(version.reference, model.folder)
            await self.ledger.admit(version)
            await self.registry.set_alias(CHALLENGER, version.number)
            return version

    async def find(self, provenance: Provenance) -> ModelVersion | None:
        """Return the registered version of the same study and trials, None if there is none."""
        async with self.ledger.exclusive():
            await self.reconcile()
            return await self._find(provenance)

    async def _find(self, provenance: Provenance) -> ModelVersion | None:
        versions = await self.ledger.versions()
        return next((version for version in versions if version.card.provenance.is_same_result_as(provenance)), None)
