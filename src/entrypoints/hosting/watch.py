"""Log, and keep as events, what happens to this process and to the parts that it needs."""

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
"""Digits of a revision that are enough to compare by eye."""


async def watch_parts(container: AsyncContainer, settings: Settings, *, service: str) -> None:
    """Watch the parts until cancelled.

    Args:
        container: of the process.
        settings: where the supervisor of the home writes down what it started again, and which revision this is.
        service: what the process serves.
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
    """Return what the supervisor of a home had to start again, as its run file says; nothing without a supervisor."""
    run = run_file.read(file)
    restarted = run.restarted if run else ()
    return [Event(at=one.at, kind=EventKind.RESTART, subject=one.name, detail=one.why) for one in restarted]


def _log(change: PartChange) -> None:
    log = structlog.get_logger()
    if change.why:
        log.warning("waiting_for_part", part=change.part, why=change.why)
    else:
        log.info("part_answers", part=change.part)
