"""Replicas of the model server that a test lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.ports.model_servers import ModelServers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.replica import Replica


@dataclass
class MemoryModelServers(FailsOnRequest, ModelServers):
    """Returns lists of replicas, one for each call; the last list stays."""

    answers: list[Sequence[Replica]] = field(default_factory=list)

    async def replicas(self) -> Sequence[Replica]:
        """Return the next list."""
        self._fail_if_asked()
        if not self.answers:
            return []
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
