"""A process that serves works on jobs too, as long as it serves."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from application.operations.work_on_jobs import JobWorker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dishka import AsyncContainer


@asynccontextmanager
async def working(container: AsyncContainer) -> AsyncIterator[None]:
    """Work on jobs meanwhile; at the end no more are taken, and the one that was begun is ended first."""
    task = asyncio.create_task(_work(container))
    try:
        yield
    finally:
        if not task.done():
            (await container.get(JobWorker)).stop()
        await task


async def _work(container: AsyncContainer) -> None:
    await (await container.get(JobWorker)).run()
