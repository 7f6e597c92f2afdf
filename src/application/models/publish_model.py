"""Publish a version to the model server's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.models.reconcile import Reconcile
from application.use_case import use_case
from domain.ports.ledger import ModelLedger

if TYPE_CHECKING:
    from domain.models.model import ModelVersion


@use_case
class PublishModel:
    """Publish a version from the registry to the model server's store, the champion by default."""

    ledger: ModelLedger
    reconcile: Reconcile

    async def __call__(self, number: int | None = None) -> ModelVersion:
        """Publish; the pointer moves for the champion only.

        Raises:
            NoChampion: if none was named and there is no champion.
            VersionNotFound: if there is no such version.
            ModelRefused: if the registry's copy does not match the digest in the ledger.
        """
        async with self.ledger.exclusive():
            await self.reconcile()
            version = await (self.ledger.champion() if number is None else self.ledger.version(number))
            await self.reconcile.publish(version)
            return version
