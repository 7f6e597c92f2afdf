"""Review of versions without a container: only the ledger and the registry are needed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from application.models.review_models import ReviewModels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from entrypoints.composition.settings import Settings


@asynccontextmanager
async def review_models(settings: Settings) -> AsyncIterator[ReviewModels]:
    """Open the ledger of the profile, whose database must be running, and yield the use case that reviews versions."""
    if settings.profile == "memory":
        from adapters.memory.ledger import MemoryLedger

        yield ReviewModels(ledger=MemoryLedger())
        return
    from entrypoints.composition.database import ledger

    async with ledger(settings) as versions:
        yield ReviewModels(ledger=versions)
