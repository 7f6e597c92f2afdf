"""Dependency injection for NiceGUI, which dishka has no integration for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from dishka.integrations.base import wrap_injection

if TYPE_CHECKING:
    from dishka import AsyncContainer

Inject: TypeAlias = Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]


def injecting(container: AsyncContainer) -> Inject:
    """Give what fills the ``FromDishka`` parameters of an async function: each call in a REQUEST scope of its own."""

    def inject(func: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        return wrap_injection(
            func=func, container_getter=lambda _args, _kwargs: container, is_async=True, manage_scope=True
        )

    return inject
