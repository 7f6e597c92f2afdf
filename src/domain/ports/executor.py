"""The port `executor`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_T = TypeVar("_T")


class Executor(Protocol):
    """Calls a function for many items: in this process, or in others that share the work."""

    @abstractmethod
    def map(self, function: Callable[..., _T], items: Iterable[Any], *shared: Any) -> Generator[_T]:
        """Give ``function(item, *shared)`` of each item, in the order of the items, each as soon as it is there.

        Items may be worked on before they are asked for; closing the generator gives up those that were not. Work that
        is lost with a process is done again.

        Args:
            function: of a module's top level, so that it is found by its name wherever the package is installed.
            items: small; told to whoever works on them.
            shared: may be large; each process is told once.

        Raises:
            ExecutorUnavailable: if nobody is there to work, or no more.
            Exception: what the function raised, in its item's place.
        """
