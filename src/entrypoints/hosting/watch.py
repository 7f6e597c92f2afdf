"""Log which part is waited for, and when it came (back)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from application.operations.watch_parts import PartChange, WatchParts

if TYPE_CHECKING:
    from dishka import AsyncContainer


async def watch_parts(container: AsyncContainer) -> None:
    """Watch the parts until cancelled."""
    await (await container.get(WatchParts))(_log)


def _log(change: PartChange) -> None:
    log = structlog.get_logger()
    if change.why:
        log.warning("waiting_for_part", part=change.part, why=change.why)
    else:
        log.info("part_answers", part=change.part)
