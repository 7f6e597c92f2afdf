"""The port `retrainings`: the lock and the reports of retrainings."""

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
        """Hold the lock of the home's retraining until the block or the process ends.

        Raises:
            HomeInUse: if another retraining runs, with its process.
        """

    @abstractmethod
    def keep(self, report: Mapping[str, object]) -> str:
        """Store a report atomically, and return its place."""

    @abstractmethod
    def is_reported(self, seal: str) -> bool:
        """Return whether a stored report names the ledger entry with this seal."""
