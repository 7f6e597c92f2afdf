"""Dependency injection for NiceGUI, which dishka has no integration for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from dishka.integrations.base import wrap_injection

if TYPE_CHECKING:
    from dishka import AsyncContainer

Call: TypeAlias = Callable[..., Awaitable[Any]]
Inject: TypeAlias = Callable[[type[Any] | Call], Call]


def injecting(container: AsyncContainer) -> Inject:
    """Return a function that wraps use cases; each is resolved from the container at its first call.

    What is given is a use case's type, or an async function, whose ``FromDishka`` parameters are filled.
    """

    def inject(use: type[Any] | Call) -> Call:
        if not isinstance(use, type):
            return wrap_injection(
                func=use, container_getter=lambda _args, _kwargs: container, is_async=True, manage_scope=True
            )

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await (await container.get(use))(*args, **kwargs)

        return call

    return inject
