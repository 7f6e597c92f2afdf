"""Synchronization of a model store with the ledger, for model servers and for children that score files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from application.models.follow_ledger import FollowLedger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from adapters.local.served_model import Following
    from domain.ports.publisher import ModelPublisher
    from entrypoints.composition.settings import Settings


def following_ledger(settings: Settings, store: ModelPublisher) -> Following:
    """Return the use case that updates a model store from the ledger, over its own connections."""
    from adapters.mlflow.folders import MlflowFolders
    from adapters.mlflow.server import MlflowServer
    from adapters.postgres.engine import connect
    from adapters.postgres.pointer import PostgresPointer

    @asynccontextmanager
    async def following() -> AsyncIterator[FollowLedger]:
        engine = connect(settings.database_url, deadline=settings.database_deadline, recycle=settings.database_recycle)
        try:
            folders = MlflowFolders(MlflowServer(settings.tracking_uri))
            yield FollowLedger(ledger=PostgresPointer(engine), folders=folders, publisher=store)
        finally:
            await engine.dispose()

    return following


def ledger_followed(settings: Settings) -> AbstractAsyncContextManager[Callable[..., Awaitable[object]]]:
    """Yield the use case that updates the home's model store from the ledger; close its connections at the end."""
    home = Home(settings.home)
    return following_ledger(settings, BentoPublisher(home.bentoml, home.pointer))()
