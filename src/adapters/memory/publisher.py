"""A model store that ends with this process."""

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
    """Keeps copies of published folders below ``workspace``, which the caller cleans up."""

    workspace: Path
    _store: dict[ModelReference, Path] = field(default_factory=dict)
    _pointer: ModelReference | None = None

    async def publish(self, model: ModelReference, folder: Path) -> None:
        """Copy the folder."""
        self._fail_if_asked()
        _verify(folder, model.digest)
        copy = self.workspace / f"v{model.version}-{model.digest}" / "medcost"
        shutil.rmtree(copy, ignore_errors=True)
        self._store[model] = shutil.copytree(folder, copy)

    async def has(self, model: ModelReference) -> bool:
        """Return whether a copy is there and the digest of each file is right."""
        self._fail_if_asked()
        try:
            _verify(await self.folder(model), model.digest)
        except (ModelRefused, VersionNotFound):
            return False
        return True

    async def folder(self, model: ModelReference) -> Path:
        """Return the copy."""
        self._fail_if_asked()
        if model not in self._store:
            message = f"version {model.version} ({model.digest[:12]}) is not in the model store: run `medcost publish`"
            raise VersionNotFound(message)
        return self._store[model]

    async def point_to(self, model: ModelReference) -> None:
        """Store the pointer."""
        await self.folder(model)
        self._pointer = model

    async def pointed_to(self) -> ModelReference | None:
        """Return the pointer."""
        self._fail_if_asked()
        return self._pointer


def _verify(folder: Path, digest: str) -> None:
    odd = [entry.name for entry in folder.iterdir() if entry.is_symlink() or not entry.is_file()]
    if odd or not (folder / MANIFEST).exists():
        message = f"the model folder has no manifest, or holds what is no plain file: {', '.join(odd)}"
        raise ModelRefused(message)
    digests = {entry.name: sha256(entry.read_bytes()) for entry in folder.iterdir() if entry.name != MANIFEST}
    verified(digest, (folder / MANIFEST).read_bytes(), digests)
