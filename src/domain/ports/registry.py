"""The port `registry`: the model registry."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.ports.folders import ModelFolders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.models.model import ModelVersion, TrainedModel
    from domain.models.promotion import Verdict


class ModelRegistry(ModelFolders, Protocol):
    """Stores every registered model folder, with its origin and its aliases.

    The registry follows the ledger: a version that the ledger never admitted may be discarded.
    Every method raises `RegistryUnavailable` if the registry is away.
    """

    @abstractmethod
    async def register(self, model: TrainedModel) -> ModelVersion:
        """Copy a model folder in as a new version, numbered one above every earlier one, discarded or not.

        The registry shows its card to people.
        """

    @abstractmethod
    async def numbers(self) -> Sequence[int]:
        """Return all version numbers, rising."""

    @abstractmethod
    async def discard(self, number: int) -> None:
        """Remove a version; removing one that is not there changes nothing."""

    @abstractmethod
    async def annotate(self, version: ModelVersion, verdict: Verdict) -> None:
        """Show the gate's verdict on a version and on its card.

        Raises:
            VersionNotFound: if there is no such version.
        """

    @abstractmethod
    async def aliases(self) -> Mapping[str, int]:
        """Return the version that each alias names."""

    @abstractmethod
    async def set_alias(self, alias: str, number: int | None) -> None:
        """Point an alias at this version, or remove it. An alias names at most one version.

        Raises:
            VersionNotFound: if there is no such version.
        """
