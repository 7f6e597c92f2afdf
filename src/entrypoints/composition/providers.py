"""Helpers of several providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from dishka import Provider, Scope

from domain.people.schema import Schema
from entrypoints.composition.schema import home_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrypoints.composition.settings import Settings

_T = TypeVar("_T")


def factory_of(adapter: Callable[[], _T]) -> Callable[[], _T]:
    """Return a factory of an adapter without arguments: dishka would inject each argument of its constructor."""

    def make() -> _T:
        return adapter()

    return make


def schema_provider(settings: Settings) -> Provider:
    """Provide the schema of a home; the file is read when it is first needed."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: home_schema(settings), provides=Schema)
    return provider
