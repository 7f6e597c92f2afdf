"""Retrainings of this process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.errors import HomeInUse
from domain.ports.retrainings import Retrainings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass
class MemoryRetrainings(Retrainings):
    """Keeps the text of each report."""

    reports: list[str] = field(default_factory=list)
    _at_work: bool = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Refuse a second retraining while the block runs."""
        if self._at_work:
            message = "a retraining of this home is at work: this process"
            raise HomeInUse(message)
        self._at_work = True
        try:
            yield
        finally:
            self._at_work = False

    def keep(self, report: Mapping[str, object]) -> str:
        """Append the report."""
        self.reports.append(repr(report))
        return f"report {len(self.reports)}"

    def is_reported(self, seal: str) -> bool:
        """Return whether a report has this seal."""
        return any(seal in report for report in self.reports)
