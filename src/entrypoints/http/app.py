"""The application of the HTTP API."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from litestar import Litestar, Response, Router, route
from litestar.config.cors import CORSConfig
from litestar.di import Provide

from application.costs.predict_cost import PredictCost
from domain.ports.people_files import PeopleFiles
from entrypoints.http import docs
from entrypoints.http.about import About
from entrypoints.http.auth import access
from entrypoints.http.codecs.people import PeopleReader
from entrypoints.http.errors import EXCEPTION_HANDLERS, allowed
from entrypoints.http.locations import PREFIX
from entrypoints.http.metrics import Metrics
from entrypoints.http.middleware.edge import Edge
from entrypoints.http.middleware.head_requests import answering_head
from entrypoints.http.middleware.usual_predictions import UsualPredictions, raising_failures
from entrypoints.http.openapi import document
from entrypoints.http.query_parameters import refuse_useless
from entrypoints.http.routes import audit, facts, health, jobs, models, plans, predictions, reasons, webhooks
from entrypoints.http.shared import CONTAINER, SHARED, Shared, shared_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dishka import AsyncContainer
    from litestar.handlers import HTTPRouteHandler
    from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send

    from domain.people.schema import Schema
    from entrypoints.http.options import ApiOptions


def _cors(origins: Sequence[str]) -> CORSConfig | None:
    return (
        CORSConfig(
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Request-ID"],
            expose_headers=[
                "Content-Disposition",
                "Content-Range",
                "ETag",
                "Deprecation",
                "Link",
                "Location",
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                "Sunset",
                "X-Request-ID",
            ],
        )
        if origins
        else None
    )


def _answers_to_options(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return a handler of OPTIONS for each path: Litestar would name the methods of one handler, and not HEAD."""
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, set()).update(handler.http_methods)

    def answering(path: str) -> HTTPRouteHandler:
        allow = allowed(methods[path])

        @route(path, http_method=["OPTIONS"], status_code=204, include_in_schema=False)
        async def answer() -> Response[None]:
            return Response(None, status_code=204, headers={"Allow": allow})

        return answer

    return [answering(path) for path in methods]


def _with_parts(app: ASGIApp, container: AsyncContainer, shared: Shared) -> ASGIApp:
    """Give each request the application's container; all objects of the container live as long as the application."""

    async def with_parts(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update({CONTAINER: container, SHARED: shared})
        await app(scope, receive, send)

    return with_parts


def create_app(
    container: AsyncContainer,
    options: ApiOptions,
    schema: Schema,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    metrics: Metrics | None = None,
) -> Litestar:
    """Build the application of the API.

    The application serves full paths, ``/api/v1/…``, and answers 404 to all others.

    Args:
        container: gives the use cases, and the ports `Predictor`, `PredictionRepository`, `ApiKeys` and
            `PeopleFiles`. Whoever made it closes it, after the server has stopped: the dashboard may share it.
        options: limits and policies of the API.
        schema: the facts of people and the cost of this installation.
        more: further handlers, below the same prefix and behind the same guards.
        metrics: metrics that the container's adapters record to, if any.
    """
    return served(routed(options, schema, more=more), container, options, schema, metrics=metrics)


def routed(options: ApiOptions, schema: Schema, *, more: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """Build the routes of the API, which find all that has a state in the scope of a request: see `served`.

    Args:
        options: limits and policies of the API; its functions are not asked.
        schema: the facts of people and the cost of this installation.
        more: further handlers, below the same prefix and behind the same guards.
    """
    handlers = [
        handler
        for part in (predictions, reasons, plans, facts, models, jobs, webhooks, audit, health, docs)
        for handler in part.HANDLERS
    ]
    several = [*predictions.BATCH_HANDLERS, *plans.GROUP_HANDLERS]
    return Litestar(
        route_handlers=[
            Router(
                PREFIX,
                route_handlers=[
                    *_answers_to_options([*handlers, *predictions.PREDICT_HANDLERS, *several, *jobs.FILE_HANDLERS]),
                    *handlers,
                    *more,
                    Router("/", route_handlers=[*predictions.PREDICT_HANDLERS], middleware=[raising_failures]),
                    Router(
                        "/",
                        route_handlers=several,
                        request_max_body_size=options.batch_body_limit,
                    ),
                    Router("/", route_handlers=[*jobs.FILE_HANDLERS], request_max_body_size=options.file_limit),
                ],
                guards=access.guards(options),
                before_request=refuse_useless,
            )
        ],
        dependencies={"shared": Provide(shared_of, sync_to_thread=False)},
        exception_handlers=EXCEPTION_HANDLERS,  # type: ignore[arg-type]  # Litestar's type is invariant in the exception
        openapi_config=document.config(options.version, schema),
        cors_config=_cors(options.allowed_origins),
        request_max_body_size=options.body_limit,
        logging_config=None,  # error handlers log errors themselves
    )


def served(
    routes: Litestar,
    container: AsyncContainer,
    options: ApiOptions,
    schema: Schema,
    *,
    metrics: Metrics | None = None,
) -> Litestar:
    """Return an application that answers on routes from a container; the routes themselves stay as they are.

    Args:
        routes: those of `routed`, for the same options and schema.
        container: see `create_app`.
        options: limits and policies of the API.
        schema: the facts of people and the cost of this installation.
        metrics: metrics that the container's adapters record to, if any.
    """
    metrics = metrics or Metrics()
    about = About(container, schema.cost.currency)
    shared = Shared(options, metrics, about, PeopleReader(schema), partial(container.get, PeopleFiles))
    predict_cost = partial(container.get, PredictCost)
    guards = access.guards(options)
    usual = UsualPredictions(answering_head(routes.asgi_handler), shared=shared, use_case=predict_cost, guards=guards)
    app = copy(routes)
    app.asgi_handler = Edge(_with_parts(usual, container, shared), options, metrics)
    return app
