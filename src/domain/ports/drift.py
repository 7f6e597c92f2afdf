"""The port `drift`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.monitoring.drift import DriftReport, Sample


class DriftMeter(Protocol):
    """Measures how far two tables differ."""

    @abstractmethod
    def measure(self, reference: Sample, current: Sample) -> DriftReport:
        """Compare the facts that both have and whatever other columns both have, each by its known cells.

        A column of which either has no known cell is left out.
        """

    @abstractmethod
    def fell(self, now: tuple[int, int], before: tuple[int, int]) -> float:
        """Give the chance of a share so low beside an earlier one, or lower, where nothing has changed.

        Args:
            now: how many, of how many.
            before: how many, of how many, earlier.
        """
