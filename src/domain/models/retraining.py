"""Retrainings: their reasons and results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.models.ledger import LedgerEntry
    from domain.models.model import ModelVersion
    from domain.models.promotion import Verdict
    from domain.monitoring.report import MonitoringReport
    from domain.people.origin import DataOrigin


class Result(StrEnum):
    """Ending of a retraining."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """The state before a retraining.

    Args:
        origin: the source of the rows.
        data_digest: the data digest of these rows.
        rows: number of rows.
        champion: the version that is served, None if there is none.
        made: an earlier version of the same rows and configuration, None if there is none.
        monitoring: the last report on this champion, None if there is none.
    """

    origin: DataOrigin
    data_digest: str
    rows: int
    champion: ModelVersion | None
    made: ModelVersion | None
    monitoring: MonitoringReport | None

    @property
    def is_unchanged(self) -> bool:
        """Return whether a retraining would make the present champion again."""
        return self.made is not None and self.made == self.champion

    @property
    def nothing_new(self) -> str:
        """Return the sentence for a retraining that would make the present champion again."""
        version = self.champion.number if self.champion else 0
        return f"champion {version} is what comes of {self.origin.name} ({self.rows:,} rows) by this configuration"

    @property
    def occasion(self) -> str:
        """Return the reason as a sentence without its full stop, for card, ledger and report."""
        return f"Retraining on {self.origin.name} ({self.rows:,} rows): {self._monitored}"

    @property
    def _monitored(self) -> str:
        if self.champion is None:
            return "there was no champion"
        of = f"of champion {self.champion.number}"
        if self.monitoring is None:
            return f"nothing was monitored {of}"
        monitored, currency = self.monitoring, self.champion.card.currency
        figures = [
            f"coverage {group.coverage:.3f} and bias {group.bias:+,.0f} {currency} over {group.outcomes:,} outcomes"
            for group in monitored.groups[:1]
        ]
        findings = ", ".join((*(monitored.alarms or ("no alarm",)), *figures))
        return f"the monitoring {of} of {monitored.at:%Y-%m-%d} says {findings}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """The outcome of a retraining.

    Args:
        result: the kind of ending.
        reason: the reason for it: that of the ledger's entry, or of the gate's refusal.
        served: the champion now, None if there is none.
        judged: the version that the gate judged, None if it judged none.
        verdict: the gate's verdict.
        entry: the ledger's entry of the promotion; where nothing was done, of the retraining that made the champion.
            None if there is none.
    """

    result: Result
    reason: str
    served: ModelVersion | None
    judged: int | None = None
    verdict: Verdict | None = None
    entry: LedgerEntry | None = None
