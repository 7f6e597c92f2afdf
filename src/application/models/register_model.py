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
    """Register a trained model as the challenger: into the registry, onto the shelf, and then into the ledger.

    The ledger comes last: killed before it, the version never was; killed after it, all of it is there. The result of
    a study becomes one version, whoever of its workers registers it, and how often.
    """

    ledger: ModelLedger
    registry: ModelRegistry
    publisher: ModelPublisher
    reconcile: Reconcile

    async def __call__(self, model: TrainedModel) -> ModelVersion:
        """Register a model and return its version."""
        async with self.ledger.exclusive():
            await self.reconcile()
            if known := await self._find(model.card.provenance):
                return known
            version = await self.registry.register(model)
            await self.publisher.publish(version.reference, model.folder)
            await self.ledger.admit(version)
            await self.registry.set_alias(CHALLENGER, version.number)
            return version

    async def known(self, provenance: Provenance) -> ModelVersion | None:
        """Give the version that came of the same study, trial by trial, if one was registered."""
        async with self.ledger.exclusive():
            await self.reconcile()
            return await self._find(provenance)

    async def _find(self, provenance: Provenance) -> ModelVersion | None:
        versions = await self.ledger.versions()
        return next((one for one in versions if one.card.provenance.is_same_result_as(provenance)), None)
