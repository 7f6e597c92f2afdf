"""The port `report_writer`: a JSON document for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from domain.ports.report_writer import ReportWriter

if TYPE_CHECKING:
    from domain.models.actuarial_report import ActuarialReport


@dataclass(frozen=True, slots=True)
class ReportDocument(ReportWriter):
    """Writes a report as JSON: its fields under their names."""

    @property
    def ending(self) -> str:
        """Return the ending of JSON documents."""
        return ".json"

    def write(self, report: ActuarialReport) -> bytes:
        """Return the report as a JSON document."""
        return msgspec.json.format(msgspec.json.encode(report), indent=2)
