"""What belongs to a retraining beside its parts: that it is the only one of its home, and that its report is kept."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from adapters.system.home import Home
from adapters.system.lock import sole_holder
from domain.retraining import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.retraining import Retrained
    from entrypoints.wiring.settings import Settings


@contextmanager
def only_retraining(settings: Settings) -> Iterator[None]:
    """Be the only retraining of this home, until the block or this process ends.

    Raises:
        HomeInUse: saying whose the other one is, if there is one.
    """
    home = Home(settings.home)
    home.make()
    who = f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}, since {datetime.now(UTC):%F %T} UTC"
    with sole_holder(home.retrain_lock, otherwise="a retraining of this home is at work", who=who):
        yield


def is_told(settings: Settings, done: Retrained) -> bool:
    """Whether nothing is left to tell: nothing was done, and what made the champion stands in a report of the home."""
    if done.result is not Result.UNCHANGED:
        return False
    reports = Home(settings.home).reports.glob("retraining-*.json")
    return done.entry is None or any(done.entry.seal in report.read_text(encoding="utf-8") for report in reports)


def keep_report(settings: Settings, document: object) -> Path:
    """Keep a report in the home; the name tells when."""
    reports = Home(settings.home).reports
    reports.mkdir(exist_ok=True)
    file = reports / f"retraining-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
    aside = file.with_suffix(".new")
    aside.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2))
    return aside.rename(file)
