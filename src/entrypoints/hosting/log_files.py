"""Rotation of log files while other processes write to them."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LOG_LIMIT: Final = 20_000_000
"""Bytes of a log after which it is rotated; with the previous log, a process has at most twice as much."""
_PAUSE: Final = 1.0
"""Seconds between two checks of the size: at 10 MB a second, a log grows by half of its limit in that time."""


def rotate(log: Path, *, limit: int = LOG_LIMIT) -> bool:
    """Move the content of a log that is larger than the limit to ``<name>.1``, which is replaced.

    The file itself stays, because a process writes to it: the process must have opened it for appending. Lines that
    are written between the copy and the truncation, a few microseconds, are lost.

    Returns:
        Whether the log was rotated.
    """
    try:
        if log.stat().st_size <= limit:
            return False
        before, draft = log.with_name(f"{log.name}.1"), log.with_name(f"{log.name}.1.draft")
        with log.open("rb") as source, draft.open("wb") as target:
            # a log that grew far beyond the limit is cut: only its end is copied
            source.seek(max(0, source.seek(0, os.SEEK_END) - limit))
            shutil.copyfileobj(source, target)
            os.truncate(log, 0)
        draft.replace(before)
    except OSError:  # the disk is full, or there is no log yet: the next check comes soon
        return False
    return True


async def keep_small(logs: Iterable[Path]) -> None:
    """Rotate logs that are larger than the limit, until cancelled."""
    logs = tuple(logs)
    while True:
        for log in logs:
            await asyncio.to_thread(rotate, log)
        await asyncio.sleep(_PAUSE)
