"""The HTTP API, put together."""

from __future__ import annotations

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
from entrypoints.http.errors import EXCEPTION_HANDLERS
from entrypoints.http.locations import PREFIX
from entrypoints.http.metrics import Metrics
from entrypoints.http.middleware.edge import Edge
from entrypoints.http.middleware.usual_predictions import UsualPredictions
from entrypoints.http.openapi import document
from entrypoints.http.routes import facts, health, jobs, models, plans, predictions, reasons
from entrypoints.http.shared import Shared

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
                "Link",
                "Location",
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                "X-Request-ID",
            ],
