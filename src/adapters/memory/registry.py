"""Model versions kept in this process; their folders in a folder that is handed in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.errors import VersionNotFound
from domain.models.model import ModelVersion
from domain.ports.registry import ModelRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.models.model import TrainedModel
    from domain.models.promotion import Verdict


@dataclass
class MemoryRegistry(FailsOnRequest, ModelRegistry):
    """Keeps versions, and copies of their folders below ``workspace``, an existing folder."""

    workspace: Path
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    _folders: dict[int, Path] = field(default_factory=dict)
    _aliases: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    async def register(self, model: TrainedModel) -> ModelVersion:
        """Copy the model's folder into the workspace."""
        self._fail_if_asked()
        self._last += 1
        self._folders[self._last] = Path(shutil.copytree(model.folder, self.workspace / str(self._last) / "medcost"))
        return ModelVersion(self._last, model.digest, datetime.now(UTC), model.card)

    async def fetch(self, number: int, into: Path) -> Path:
        """Copy a version's folder out of the workspace."""
        return Path(shutil.copytree(self._folder(number), into / "medcost"))

    async def numbers(self) -> Sequence[int]:
        """Return the numbers of all versions."""
        self._fail_if_asked()
        return sorted(self._folders)

    async def discard(self, number: int) -> None:
        """Remove a version and its aliases."""
        self._fail_if_asked()
        if number in self._folders:
            shutil.rmtree(self._folders.pop(number))
            self._aliases = {alias: named for alias, named in self._aliases.items() if named != number}

    async def annotate(self, version: ModelVersion, verdict: Verdict) -> None:
        """Store the verdict on a version."""
        self._folder(version.number)
        self.verdicts[version.number] = verdict

    async def aliases(self) -> Mapping[str, int]:
        """Return all aliases."""
        self._fail_if_asked()
        return dict(self._aliases)

    async def set_alias(self, alias: str, number: int | None) -> None:
        """Move or remove an alias."""
        self._fail_if_asked()
        if number is None:
            self._aliases.pop(alias, None)
        else:
            self._folder(number)
            self._aliases[alias] = number

    def _folder(self, number: int) -> Path:
        self._fail_if_asked()
        if number not in self._folders:
            message = f"the registry holds no version {number}"
            raise VersionNotFound(message)
        return self._folders[number]
