"""The port `publisher`: the model store."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.errors import NoChampion
from domain.ports.pointer import ModelPointer

if TYPE_CHECKING:
    from pathlib import Path

    from domain.costs.prediction import ModelReference


class ModelPublisher(ModelPointer, Protocol):
    """The model store: folders of versions, and a pointer to the version that is served.

    Publishing puts a folder in the model store; pointing decides what is served. Workers follow the pointer.
    """

    @abstractmethod
    async def publish(self, model: ModelReference, folder: Path) -> None:
        """Put a copy of a model folder into the model store. Publishing it again repairs the copy.

        Raises:
            ModelRefused: if the folder's files do not match its digest; the model store is unchanged.
        """

    @abstractmethod
    async def has(self, model: ModelReference) -> bool:
        """Return whether the model store has this version with this digest, each file intact."""

    @abstractmethod
    async def folder(self, model: ModelReference) -> Path:
        """Return the path of a published folder, for a model server to load.

        Raises:
            VersionNotFound: if it is not in the model store.
        """

    @abstractmethod
    async def point_to(self, model: ModelReference) -> None:
        """Serve this version from now on: atomic, and durable when it returns.

        Raises:
            VersionNotFound: if it is not in the model store; the pointer is unchanged.
        """


async def served_folder(publisher: ModelPublisher) -> tuple[ModelReference, Path]:
    """Return the served model and its folder, without verifying it.

    Raises:
        NoChampion: if nothing was published yet.
        VersionNotFound: if it is not in the model store.
    """
    reference = await publisher.pointed_to()
    if reference is None:
        raise NoChampion
    return reference, await publisher.folder(reference)
