"""The port `drift`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.drift import DriftReport, Sample


class DriftMeter(Protocol):
    """Measures how far two tables differ."""

    @abstractmethod
    def measure(self, reference: Sample, current: Sample) -> DriftReport:
        """Compare the six facts and whatever other columns both have; no columns if either has no rows."""

    @abstractmethod
    def fell(self, now: tuple[int, int], before: tuple[int, int]) -> float:
        """Give the chance of a share so low beside an earlier one, or lower, where nothing has changed.

        Args:
            now: how many, of how many.
            before: how many, of how many, earlier.
        """
