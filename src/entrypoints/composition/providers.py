"""What several providers are written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


def made(adapter: Callable[[], _T]) -> Callable[[], _T]:
    """Return a factory of an adapter that needs no other part: dishka would look for one behind each argument."""

    def make() -> _T:
        return adapter()

    return make
