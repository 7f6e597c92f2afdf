"""Failure on request: how a tester sees what users see when a part is away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.errors import MedcostError


@dataclass(kw_only=True)
class FailsOnRequest:
    """Let every call fail while ``failure`` is set."""

    failure: MedcostError | None = field(default=None)

    def _fail_if_asked(self) -> None:
        if self.failure is not None:
            raise self.failure
