"""Let registry and model store follow the ledger again after an interruption."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.errors import VersionNotFound
from domain.models.ledger import verify
from domain.models.model import CHALLENGER, CHAMPION
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher
from domain.ports.registry import ModelRegistry

if TYPE_CHECKING:
    from domain.models.model import ModelVersion


@use_case
class Reconcile:
    """Repair the state after a crash between two steps. The caller must hold `ModelLedger.exclusive`.

    The ledger is right. Versions that it never admitted are discarded; the alias ``champion`` and the pointer
    follow its last entry; ``challenger`` names the newest version unless that one was champion already.
    """

    ledger: ModelLedger
    registry: ModelRegistry
    publisher: ModelPublisher
    loader: ModelLoader

    async def __call__(self) -> None:
        """Repair the state; change nothing where nothing is wrong.

        Raises:
            LedgerBroken: before anything is changed, if the ledger was tampered with, or is not this home's.
        """
        history = await self.ledger.history()
        verify(history, head=await self.ledger.head())
        admitted = {version.number: version for version in await self.ledger.versions()}
        for number in await self.registry.numbers():
            if number not in admitted:
                await self.registry.discard(number)
        champion = await champion_or_none(self.ledger)
        served = {entry.version for entry in history}
        newest = max(admitted, default=None)
        await self._let_follow(CHAMPION, champion.number if champion else None)
        await self._let_follow(CHALLENGER, newest if newest not in served else None)
        if champion and await self.publisher.pointed_to() != champion.reference:
            await self.publish(champion)
            await self.publisher.point_to(champion.reference)

    async def publish(self, version: ModelVersion) -> None:
        """Publish a version from the registry, unless it is in the model store.

        Raises:
            ModelRefused: if what the registry holds does not match the digest in the ledger.
            VersionNotFound: if the registry has lost it.
        """
        if await self.publisher.has(version.reference):
            return
        with tempfile.TemporaryDirectory() as workspace:
            folder = await self.registry.fetch(version.number, Path(workspace))
            await self.publisher.publish(version.reference, folder)

    async def make_ready(self, version: ModelVersion) -> None:
        """Publish a version from the registry if need be, and load it: servers must accept the champion.

        Raises:
            ModelRefused: if the registry's copy does not match the digest in the ledger, or may not be loaded here.
            VersionNotFound: if the registry has lost it.
        """
        await self.publish(version)
        self.loader.load(version.reference, await self.publisher.folder(version.reference))

    async def _let_follow(self, alias: str, number: int | None) -> None:
        if (await self.registry.aliases()).get(alias) == number:
            return
        if number is not None and number not in await self.registry.numbers():
            message = f"the registry has lost version {number}, which the ledger knows: restore a backup of this home"
            raise VersionNotFound(message)
        await self.registry.set_alias(alias, number)
