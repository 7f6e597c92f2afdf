"""Logs that other processes write, bounded in size while these run."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LOG_LIMIT: Final = 20_000_000
"""Bytes of a log; the part before is kept beside it, so a process has at most twice as much."""
_PAUSE: Final = 1.0
"""Seconds between two looks: at 10 MB a second a log grows by half of its limit meanwhile."""


def rotate(log: Path, *, limit: int = LOG_LIMIT) -> bool:
    """Move what a log holds to ``<name>.1``, in place of what was there, if it is larger than the limit.

    The file stays the same, because a process writes into it: that process must have opened it for appending. What it
    writes between the end of the copy and the cut, a few microseconds, is lost.

    Returns:
        Whether it was moved.
    """
    try:
        if log.stat().st_size <= limit:
            return False
        before, draft = log.with_name(f"{log.name}.1"), log.with_name(f"{log.name}.1.draft")
        with log.open("rb") as source, draft.open("wb") as target:
            # of what no rotation was in time for, the end will do
            source.seek(max(0, source.seek(0, os.SEEK_END) - limit))
            shutil.copyfileobj(source, target)
            os.truncate(log, 0)
        draft.replace(before)
    except OSError:  # no room, or the log is not there yet: the next look is soon
        return False
    return True


async def keep_small(logs: Iterable[Path]) -> None:
    """Rotate logs whenever they grow too large, until cancelled."""
    logs = tuple(logs)
    while True:
        for log in logs:
            await asyncio.to_thread(rotate, log)
        await asyncio.sleep(_PAUSE)
