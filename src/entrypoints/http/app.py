"""The HTTP API, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dishka.integrations.litestar import setup_dishka
from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.di import Provide

from entrypoints.http import access, docs, openapi
from entrypoints.http.about import About
from entrypoints.http.edge import Edge
from entrypoints.http.errors import EXCEPTION_HANDLERS
from entrypoints.http.metrics import Metrics
from entrypoints.http.routes import health, models, predictions, reasons
from entrypoints.http.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dishka import AsyncContainer
    from litestar.types import ControllerRouterHandler

    from entrypoints.http.options import ApiOptions

PREFIX = "/api/v1"


def _cors(origins: Sequence[str]) -> CORSConfig | None:
    return (
        CORSConfig(
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Request-ID"],
            expose_headers=["Link", "Location", "Retry-After", "X-Request-ID"],
        )
        if origins
        else None
    )


def create_app(
    container: AsyncContainer,
    options: ApiOptions,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    metrics: Metrics | None = None,
) -> Litestar:
    """Put the API together.

    It sees full paths, ``/api/v1/…``, and takes any other for unknown.

    Args:
        container: gives the use cases, and the ports `Predictor`, `PredictionRepository` and `ApiKeys`. Whoever made
            it closes it, after the server has stopped: the dashboard may live on the same one.
        options: see there.
        more: handlers beside ours, below the same prefix and behind the same guards.
        metrics: those that the container's parts tell about themselves, if they do.
    """
    metrics = metrics or Metrics()
    shared = Shared(options, metrics, About(container))
    app = Litestar(
        route_handlers=[
            Router(
                PREFIX,
                route_handlers=[
                    *(handler for part in (predictions, reasons, models, health, docs) for handler in part.HANDLERS),
                    *more,
                    Router(
                        "/",
                        route_handlers=[*predictions.BATCH_HANDLERS],
                        request_max_body_size=options.batch_body_limit,
                    ),
                ],
                guards=access.guards(options),
            )
        ],
        dependencies={
            "shared": Provide(lambda: shared, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,  # type: ignore[arg-type]  # Litestar's type is invariant in the exception
        openapi_config=openapi.config(options.version),
        cors_config=_cors(options.allowed_origins),
        request_max_body_size=options.body_limit,
        logging_config=None,  # errors are logged where they are answered
    )
    setup_dishka(container, app)
    app.asgi_handler = Edge(app.asgi_handler, options, metrics)
    return app
