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
    """Keeps versions; ``workspace`` is an existing folder for copies of theirs."""

    workspace: Path
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    _folders: dict[int, Path] = field(default_factory=dict)
    _aliases: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    async def register(self, model: TrainedModel) -> ModelVersion:
        """Copy it in."""
        self._fail_if_asked()
        self._last += 1
        self._folders[self._last] = Path(shutil.copytree(model.folder, self.workspace / str(self._last) / "medcost"))
        return ModelVersion(self._last, model.digest, datetime.now(UTC), model.card)

    async def fetch(self, number: int, into: Path) -> Path:
        """Copy it out."""
        return Path(shutil.copytree(self._known(number), into / "medcost"))

    async def numbers(self) -> Sequence[int]:
        """All of them."""
        self._fail_if_asked()
        return sorted(self._folders)

    async def discard(self, number: int) -> None:
        """Forget it and its aliases."""
        self._fail_if_asked()
        if number in self._folders:
            shutil.rmtree(self._folders.pop(number))
            self._aliases = {alias: named for alias, named in self._aliases.items() if named != number}

    async def annotate(self, version: ModelVersion, verdict: Verdict) -> None:
        """Keep it."""
        self._known(version.number)
        self.verdicts[version.number] = verdict

    async def aliases(self) -> Mapping[str, int]:
        """All of them."""
        self._fail_if_asked()
        return dict(self._aliases)

    async def set_alias(self, alias: str, number: int | None) -> None:
        """Move or remove it."""
        self._fail_if_asked()
        if number is None:
            self._aliases.pop(alias, None)
        else:
            self._known(number)
            self._aliases[alias] = number

    def _known(self, number: int) -> Path:
        self._fail_if_asked()
        if number not in self._folders:
            message = f"the registry holds no version {number}"
            raise VersionNotFound(message)
        return self._folders[number]
