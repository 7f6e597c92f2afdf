"""A shelf of the model server that ends with this process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.errors import ModelRefused, VersionNotFound
from domain.models.manifest import MANIFEST, sha256, verified
from domain.ports.publisher import ModelPublisher

if TYPE_CHECKING:
    from pathlib import Path

    from domain.costs.prediction import ModelReference


@dataclass
class MemoryPublisher(FailsOnRequest, ModelPublisher):
    """Remembers what was published; the folders' copies lie below ``workspace``, which the caller cleans up."""

    workspace: Path
    _shelf: dict[ModelReference, Path] = field(default_factory=dict)
    _pointer: ModelReference | None = None

    async def publish(self, model: ModelReference, folder: Path) -> None:
        """Copy it."""
        self._fail_if_asked()
        _verify(folder, model.digest)
        copy = self.workspace / f"v{model.version}-{model.digest}" / "medcost"
        shutil.rmtree(copy, ignore_errors=True)
        self._shelf[model] = shutil.copytree(folder, copy)

    async def has(self, model: ModelReference) -> bool:
        """Look, and hash each file."""
        self._fail_if_asked()
        try:
            _verify(await self.folder(model), model.digest)
        except (ModelRefused, VersionNotFound):
            return False
        return True

    async def folder(self, model: ModelReference) -> Path:
        """Find the copy."""
        self._fail_if_asked()
        if model not in self._shelf:
            message = f"version {model.version} ({model.digest[:12]}) is not in the model store: run `medcost publish`"
            raise VersionNotFound(message)
        return self._shelf[model]

    async def point_to(self, model: ModelReference) -> None:
        """Remember it."""
        await self.folder(model)
        self._pointer = model

    async def pointed_to(self) -> ModelReference | None:
        """Tell."""
        self._fail_if_asked()
        return self._pointer


def _verify(folder: Path, digest: str) -> None:
    odd = [entry.name for entry in folder.iterdir() if entry.is_symlink() or not entry.is_file()]
    if odd or not (folder / MANIFEST).exists():
        message = f"the model folder has no manifest, or holds what is no plain file: {', '.join(odd)}"
        raise ModelRefused(message)
    found = {entry.name: sha256(entry.read_bytes()) for entry in folder.iterdir() if entry.name != MANIFEST}
    verified(digest, (folder / MANIFEST).read_bytes(), found)
