"""The BentoML service: ``entrypoints.model_server.service:MedcostModel``.

BentoML wants it made at import, so this is the one entrypoint that asks composition for its parts by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import bentoml

from domain.errors import PredictorUnavailable
from entrypoints.composition.model_server import hop, served_model, shelf_versions
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load
from entrypoints.model_server.app import ModelApp

if TYPE_CHECKING:
    from entrypoints.model_server.app import Receive, Scope, Send


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request to the running service's application. Mounted at the root, it leaves no room for a start page."""
    service: Any = bentoml.get_current_service()
    await service.app(scope, receive, send)


@bentoml.service(
    name="medcost",
    traffic={"timeout": 30},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(answer, path="/")
class MedcostModel:
    """What a year of medical care may cost, by the model that the pointer names."""

    def __init__(self) -> None:
        self._model = served_model()
        schema = home_schema(load())
        self.app = ModelApp(self._model, hop(schema), schema, shelf_versions())
        self._following: asyncio.Task[None] | None = None

    @bentoml.on_startup
    async def follow(self) -> None:
        """Load the model, then follow the pointer; without a model the service is up, and not ready."""
        await self._model.refresh()
        self._following = asyncio.create_task(self._model.follow())

    @bentoml.on_shutdown
    async def stop(self) -> None:
        """Stop following."""
        if self._following:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    async def __is_ready__(self) -> bool:
        """Tell BentoML's ``/readyz``."""
        try:
            await self._model.model()
        except PredictorUnavailable:
            return False
        return True
