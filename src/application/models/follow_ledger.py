"""Let the model store of this host follow the ledger."""

from __future__ import annotations

import tempfile
from pathlib import Path

from application.use_case import use_case
from domain.ports.folders import ModelFolders
from domain.ports.pointer import ModelPointer
from domain.ports.publisher import ModelPublisher


@use_case
class FollowLedger:
    """Bring the model that the ledger names to this host's model store, and let the store's pointer name it.

    The model server follows that pointer as on one machine: so a host goes on, and starts again, with the model that it
    served last while ledger and registry are away.
    """

    ledger: ModelPointer
    folders: ModelFolders
    publisher: ModelPublisher

    async def __call__(self, *, repair: bool = False) -> None:
        """Update model store and pointer; do nothing where the pointer is right already.

        Args:
            repair: check the model store although the pointer is right, because its model was refused.

        Raises:
            RepositoryUnavailable: if the ledger is away.
            RegistryUnavailable: if the version is not in the model store, and the registry is away.
            VersionNotFound: if the registry has lost it.
            ModelRefused: if what the registry holds does not match the digest in the ledger.
        """
        target = await self.ledger.pointed_to()
        if target is None or (target == await self.publisher.pointed_to() and not repair):
            return
        if not await self.publisher.has(target):
            with tempfile.TemporaryDirectory() as workspace:
                folder = await self.folders.fetch(target.version, Path(workspace))
                await self.publisher.publish(target, folder)
        await self.publisher.point_to(target)
