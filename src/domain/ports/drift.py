"""The port `drift`: the measurement of drift between two tables."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.monitoring.drift import DriftReport, Sample


class DriftMeter(Protocol):
    """Measures how far two tables differ."""

    @abstractmethod
    def measure(self, reference: Sample, current: Sample) -> DriftReport:
        """Compare the columns that both tables have, facts and others, each by its cells that are not missing.

        A column without such cells in either table is left out.
        """

    @abstractmethod
    def fell(self, now: tuple[int, int], before: tuple[int, int]) -> float:
        """Return the chance that a share is so much lower than an earlier one, or more, where nothing has changed.

        Args:
            now: the count, and the number it is of.
            before: the earlier count, and the number it was of.
        """
