"""Retrainings of a home: a lock, and a JSON file for each report."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from adapters.common.files import replace_file
from adapters.common.locks import sole_holder
from domain.ports.retrainings import Retrainings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.local.home import Home


@dataclass(frozen=True, slots=True)
class HomeRetrainings(Retrainings):
    """Keeps the lock and the reports in the home."""

    home: Home

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock; the error of others names the process that holds it."""
        self.home.make()
        since = f"{datetime.now(UTC):%F %T} UTC"
        who = f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}, since {since}"
        with sole_holder(self.home.retrain_lock, otherwise="a retraining of this home is at work", who=who):
            yield

    def keep(self, report: Mapping[str, object]) -> str:
        """Write the report to a file that is named by the time."""
        self.home.reports.mkdir(parents=True, exist_ok=True)
        file = self.home.reports / f"retraining-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
        replace_file(file, msgspec.json.format(msgspec.json.encode(report), indent=2))
        return str(file)

    def is_reported(self, seal: str) -> bool:
        """Return whether a report has this seal."""
        reports = self.home.reports.glob("retraining-*.json")
        return any(seal in report.read_text(encoding="utf-8") for report in reports)
