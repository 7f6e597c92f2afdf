"""The port `retrainings`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager


class Retrainings(Protocol):
    """The retrainings of a home: one at a time, and a report of each."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Be the only retraining of the home until the block or the process ends.

        Raises:
            HomeInUse: if another one is at work, saying whose it is.
        """

    @abstractmethod
    def keep(self, report: Mapping[str, object]) -> str:
        """Keep a report whole or not at all, and return where it is."""

    @abstractmethod
    def is_reported(self, seal: str) -> bool:
        """Return whether a report that was kept names the ledger entry with this seal."""
