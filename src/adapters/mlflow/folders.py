"""Model folders from MLflow's server over plain HTTP."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from adapters.mlflow.server import NAME, MlflowServer
from domain.errors import ModelRefused, NotFound, RegistryUnavailable, VersionNotFound
from domain.models.manifest import MANIFEST, read
from domain.ports.folders import ModelFolders

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "medcost"
DISCARDED: Final = "discarded"
"""The tag of a hidden version: if it were deleted, MLflow would give its number to another."""
_LARGEST: Final = 1_000_000_000
"""The most bytes of a folder: a compromised registry must not fill the disks of all hosts."""
_WITHIN: Final = 20.0
"""Seconds for a whole folder: meanwhile the ledger may name another version."""
_PLAIN: Final = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


class MlflowFolders(ModelFolders):
    """Fetches the files that the manifest lists, and no others."""

    def __init__(self, server: MlflowServer) -> None:
        self._server = server

    async def fetch(self, number: int, into: Path) -> Path:
        """Fetch the manifest first, then each of its files."""
        try:
            async with asyncio.timeout(_WITHIN):
                await self._require(number)
                return await self._fetch(number, into / FOLDER)
        except TimeoutError:
            message = f"version {number} did not come within {_WITHIN:g} s"
            raise RegistryUnavailable(message, retry_after=5) from None

    async def _fetch(self, number: int, folder: Path) -> Path:
        await asyncio.to_thread(folder.mkdir, parents=True)
        left = _LARGEST - await self._copy(number, MANIFEST, folder, _LARGEST)
        for name in read((folder / MANIFEST).read_bytes()).files:
            if not _PLAIN.fullmatch(name):  # nothing is verified yet: it could name a file of ours
                message = f"the manifest lists {name!r}, which is no plain name"
                raise ModelRefused(message)
            left -= await self._copy(number, name, folder, left)
        return folder

    async def _require(self, number: int) -> None:
        try:
            answer = await self._server.get("model-versions/get", name=NAME, version=number)
            gone = any(tag["key"] == DISCARDED for tag in answer["model_version"].get("tags", ()))
        except NotFound:
            gone = True
        if gone:
            message = f"the registry holds no version {number}"
            raise VersionNotFound(message)

    async def _copy(self, number: int, name: str, folder: Path, most: int) -> int:
        size = 0
        try:
            async with self._server.file(number, f"{FOLDER}/{name}") as pieces:
                with (folder / name).open("wb") as copy:
                    async for piece in pieces:
                        size += copy.write(piece)
                        if size > most:
                            message = f"version {number} is larger than any model of ours"
                            raise ModelRefused(message)
        except NotFound as lost:
            message = f"the registry has lost {name} of version {number}"
            raise ModelRefused(message) from lost
        return size
