"""Failures on request, by which tests see what users see when a part is away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.errors import MedcostError


@dataclass(kw_only=True)
class FailsOnRequest:
    """An adapter whose calls all fail while ``failure`` is set."""

    failure: MedcostError | None = field(default=None)

    def _fail_if_asked(self) -> None:
        if self.failure is not None:
            raise self.failure
