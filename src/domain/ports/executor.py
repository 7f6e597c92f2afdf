"""The port `executor`: work that processes or machines share."""

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
        """Yield ``function(item, *shared)`` of each item, in the order of the items, each as soon as it is done.

        Items may be worked on before their results are taken; closing the generator cancels the others. Work that is
        lost with a process is done again.

        Args:
            function: the function of a module's top level, so that workers find it by its name.
            items: small objects, which are sent to the workers.
            shared: objects that may be large; each is sent to a process once.

        Raises:
            ExecutorUnavailable: if there is no worker, or none any more.
            Exception: the function's own, in its item's place.
        """
