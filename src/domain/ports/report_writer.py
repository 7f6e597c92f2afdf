"""The port `report_writer`: actuary's reports as files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from domain.models.actuarial_report import ActuarialReport


class ReportWriter(Protocol):
    """Writes an actuary's report as a file of one kind."""

    @property
    @abstractmethod
    def ending(self) -> str:
        """Return the ending of such files, with the dot and in lower case."""

    @abstractmethod
    def write(self, report: ActuarialReport) -> bytes:
        """Return the content of the file, with every figure of the report."""


ReportWriters: TypeAlias = Mapping[str, ReportWriter]
"""Writers by the ending of their files."""
