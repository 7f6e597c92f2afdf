"""Let the shelf of this host follow the ledger, wherever that is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from application.use_case import use_case
from domain.ports.folders import ModelFolders
from domain.ports.pointer import ModelPointer
from domain.ports.publisher import ModelPublisher


@use_case
class FollowLedger:
    """Bring the model that the ledger names to this host's shelf, and let the shelf's pointer name it.

    The model server follows that pointer as on one machine: so a host goes on, and starts again, with what it served
    last while ledger and registry are away.
    """

    ledger: ModelPointer
    folders: ModelFolders
    publisher: ModelPublisher

    async def __call__(self, *, repair: bool = False) -> None:
        """Catch up; where the shelf's pointer is right already nothing is done.

        Args:
            repair: whether what the pointer names was refused, so that the shelf is looked at all the same.

        Raises:
            RepositoryUnavailable: if the ledger is away.
            RegistryUnavailable: if the version is not in the model store, and the registry is away.
            VersionNotFound: if the registry has lost it.
            ModelRefused: if what the registry holds does not match the digest in the ledger.
        """
        wanted = await self.ledger.pointed_to()
        if wanted is None or (wanted == await self.publisher.pointed_to() and not repair):
            return
        if not await self.publisher.has(wanted):
            with tempfile.TemporaryDirectory() as workspace:
                folder = await self.folders.fetch(wanted.version, Path(workspace))
                await self.publisher.publish(wanted, folder)
        await self.publisher.point_to(wanted)
