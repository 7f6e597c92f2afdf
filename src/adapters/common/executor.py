"""Work done in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LocalExecutor(Executor):
    """Calls functions in this process, one item after another, when the next result is taken."""

    def map(self, function: Callable[..., _T], items: Iterable[Any], *shared: Any) -> Generator[_T]:
        """Call a function for each item when its result is taken."""
        return (function(item, *shared) for item in items)
