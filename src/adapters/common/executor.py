"""Work done here and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LocalExecutor(Executor):
    """Calls in this process, one after another, and none before it is asked for."""

    def map(self, function: Callable[..., _T], items: Iterable[Any], *shared: Any) -> Generator[_T]:
        """Call it."""
        return (function(item, *shared) for item in items)
