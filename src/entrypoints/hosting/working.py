"""The background work of a serving process: jobs, webhooks and figures of operations."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from application.operations.deliver_webhooks import WebhookWorker
from application.operations.keep_hours import HourKeeper
from application.operations.sweep import JobSweeper
from application.operations.work_on_jobs import JobWorkers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dishka import AsyncContainer

_KINDS: Final = (JobWorkers, JobSweeper, WebhookWorker, HourKeeper)


@asynccontextmanager
async def working(container: AsyncContainer) -> AsyncIterator[None]:
    """Run background work inside the block; at its end, take no more jobs, and finish or release a running job."""
    tasks = {kind: asyncio.create_task(_run(container, kind)) for kind in _KINDS}
    try:
        yield
    finally:
        for kind, task in tasks.items():
            if not task.done():
                (await container.get(kind)).stop()
        await asyncio.gather(*tasks.values())


async def _run(container: AsyncContainer, kind: type[JobWorkers | JobSweeper | WebhookWorker | HourKeeper]) -> None:
    await (await container.get(kind)).run()
