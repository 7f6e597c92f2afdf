"""Review API keys and their uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.access.keys import KeyUse


@use_case
class ReviewKeys:
    """Review keys and their last uses."""

    keys: ApiKeys

    async def __call__(self) -> Sequence[KeyUse]:
        """Return all keys, revoked and expired ones too, newest first."""
        return await self.keys.uses()
