"""API and containers for tests in process: what has no state is made once, and all else anew for each test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from dishka import AsyncContainer, Provider
from litestar import Litestar

from domain.people.schema import Schema
from entrypoints.composition.settings import Settings, load
from entrypoints.composition.web import web_container, web_containers
from entrypoints.http.app import routed, served
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions
from tests.support.default_schema import DEFAULT

MEMORY: Final = load({"profile": "memory"}, environment={})


def container_of(settings: Settings, *replacements: type[Provider]) -> AsyncContainer:
    """Make a container with objects of its own; providers of the memory profile are validated once."""
    if settings.profile == "memory":
        return _containers(settings, replacements)()
    return web_container(settings, *(provider() for provider in replacements))


@lru_cache(maxsize=16)
def _containers(settings: Settings, replacements: tuple[type[Provider], ...]) -> Callable[[], AsyncContainer]:
    return web_containers(settings, *(provider() for provider in replacements))


def api_of(
    container: AsyncContainer, options: ApiOptions, schema: Schema, *, metrics: Metrics | None = None
) -> Litestar:
    """Build the application of the API, as `create_app` does; its routes are shared by tests with the same limits."""
    routes = _default_routes(replace(options, refusal=_nobody)) if schema == DEFAULT else routed(options, schema)
    return served(routes, container, options, schema, metrics=metrics)


@lru_cache(maxsize=16)
def _default_routes(options: ApiOptions) -> Litestar:
    return routed(options, DEFAULT)


def _nobody(_: object) -> None:
    """Refuse nobody: routes never ask."""
