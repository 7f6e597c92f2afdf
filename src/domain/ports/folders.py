"""The port `folders`: the folders of registered models."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class ModelFolders(Protocol):
    """Provides the model folder of every registered version."""

    @abstractmethod
    async def fetch(self, number: int, into: Path) -> Path:
        """Copy the model folder of a version below ``into``, made if need be, and return where it is.

        Nothing is verified: the caller checks the folder by the digest in the ledger.

        Raises:
            VersionNotFound: if there is no such version.
            RegistryUnavailable: if they are away.
        """
