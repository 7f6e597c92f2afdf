"""The BentoML service: ``entrypoints.model_server.service:MedcostModel``.

BentoML needs the service at import, so this module builds its own parts by the composition.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import bentoml

from domain.errors import PredictorUnavailable
from entrypoints.composition.model_server import binary_protocol, served_model, stored_versions
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load
from entrypoints.hosting.garbage import collect_seldom
from entrypoints.model_server.app import ModelApp

if TYPE_CHECKING:
    from entrypoints.model_server.app import Receive, Scope, Send


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request to the running service's application, which is mounted at the root in place of a start page."""
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
    """Estimates of a year's medical cost by the model that the home's pointer names."""

    def __init__(self) -> None:
        self._model = served_model()
        schema = home_schema(load())
        self.app = ModelApp(self._model, binary_protocol(schema), schema, stored_versions())
        self._following: asyncio.Task[None] | None = None

    @bentoml.on_startup
    async def follow(self) -> None:
        """Load the model, then follow the pointer; without a model, the service is live but not ready."""
        await self._model.refresh()
        collect_seldom()
        self._following = asyncio.create_task(self._model.follow())

    @bentoml.on_shutdown
    async def stop(self) -> None:
        """Stop following the pointer."""
        if self._following:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    async def __is_ready__(self) -> bool:
        """Return whether a model is loaded, for BentoML's ``/readyz``."""
        try:
            await self._model.model()
        except PredictorUnavailable:
            return False
        return True
