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
