"""A model store that ends with this process."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.common.model_folder import verified_contents
from adapters.memory.faults import FailsOnRequest
from domain.errors import ModelRefused, VersionNotFound
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
        verified_contents(folder, model.digest)
        copy = self.workspace / f"v{model.version}-{model.digest}" / "medcost"
        shutil.rmtree(copy, ignore_errors=True)
        self._store[model] = shutil.copytree(folder, copy)

    async def has(self, model: ModelReference) -> bool:
        """Return whether a copy is there and the digest of each file is right."""
        self._fail_if_asked()
        try:
            verified_contents(await self.folder(model), model.digest)
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
