"""A check of the tracking store without importing MLflow: of the home's file, or of a server."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.operations.diagnosis import Finding
from domain.ports.part_check import PartCheck

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PATIENCE: Final = 0.5
"""Seconds to wait for a process that writes to the file."""


@dataclass(frozen=True, slots=True)
class TrackingCheck(PartCheck):
    """Checks that experiments can be read.

    Args:
        uri: the URI of MLflow's server; where it names none, the file is checked.
        file: the home's own store.
    """

    uri: str
    file: Path

    async def findings(self) -> Sequence[Finding]:
        """Check the server's health, or count the file's runs."""
        if self.uri.startswith("http"):
            from adapters.common.answers import answers  # noqa: PLC0415  # a tenth of a second, for servers only

            url = self.uri.rstrip("/") + "/health"
            return [await answers("tracking", url, "start MLflow, or correct MEDCOST_TRACKING_URI")]
        if not self.file.exists():
            return [Finding("tracking", "warning", "no experiment was made yet", "run `medcost train stage=all`")]
        try:
            with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=_PATIENCE)) as store:
                (runs,) = store.execute("SELECT count(*) FROM runs").fetchone()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                return [Finding("tracking", "warning", f"{self.file} is being written", "ask again after the training")]
            return [Finding("tracking", "failed", f"{self.file}: {error}", "restore a backup of this home")]
        return [Finding("tracking", "ok", f"{runs} runs; look at them with `medcost serve mlflow`")]
