"""The watch over this process and its parts, which logs changes and stores them as events."""

from __future__ import annotations

import asyncio
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import structlog

from adapters.local.home import Home
from application.operations.keep_events import EventKeeper
from application.operations.watch_parts import PartChange, WatchParts
from domain.operations.events import Event, EventKind
from domain.ports.clock import Clock
from domain.ports.events import ServiceEvents
from entrypoints.hosting import run_file

if TYPE_CHECKING:
    from pathlib import Path

    from dishka import AsyncContainer

    from entrypoints.composition.settings import Settings

_SHORT: Final = 12
"""Number of characters of a revision that are shown."""


async def watch_parts(container: AsyncContainer, settings: Settings, *, service: str) -> None:
    """Watch the parts until cancelled.

    Args:
        container: the container of the process.
        settings: the home, whose run file lists restarts, and the revision of this release.
        service: name of the service of this process.
    """
    release = f"{version('medcost')} {settings.revision[:_SHORT]}".strip()
    events, clock = await container.get(ServiceEvents), await container.get(Clock)
    every, written = settings.operations_every, partial(restarts, Home(settings.home).run_file)
    keeper = EventKeeper(events, clock, service=service, release=release, written=written, every=every)

    def report(change: PartChange) -> None:
        _log(change)
        keeper.part_changed(change)

    async with asyncio.TaskGroup() as both:
        both.create_task((await container.get(WatchParts))(report))
        both.create_task(keeper.run())


def restarts(file: Path) -> list[Event]:
    """Return the restarts of parts in the home's run file; none without a supervisor."""
    run = run_file.read(file)
    restarted = run.restarted if run else ()
    return [
        Event(at=restart.at, kind=EventKind.RESTART, subject=restart.name, detail=restart.why) for restart in restarted
    ]


def _log(change: PartChange) -> None:
    log = structlog.get_logger()
    if change.why:
        log.warning("waiting_for_part", part=change.part, why=change.why)
    else:
        log.info("part_answers", part=change.part)
