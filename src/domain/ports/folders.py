"""The port `folders`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class ModelFolders(Protocol):
    """Where the model folder of every registered version is to be had."""

    @abstractmethod
    async def fetch(self, number: int, into: Path) -> Path:
        """Copy the model folder of a version below ``into``, made if need be, and return where it is.

        Verifies nothing: hold what came against the digest that the ledger pins.

        Raises:
            VersionNotFound: if there is no such version.
            RegistryUnavailable: if they are away.
        """
