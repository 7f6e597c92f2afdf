"""The session of a command: its parts run until it ends, and one event loop runs all its asynchronous calls."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from adapters.local.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from typing import Any

    from dishka import AsyncContainer

    from application.models.review_models import ReviewModels
    from entrypoints.composition.settings import Settings

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Session:
    """Lets synchronous code call asynchronous parts; no loop runs between calls, so Ctrl-C interrupts at once."""

    runner: asyncio.Runner
    container: AsyncContainer

    def get(self, kind: type[_T]) -> _T:
        """Return a use case or the adapter of a port."""
        return self.run(self.container.get(kind))

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine and return its result."""
        return self.runner.run(work)


@contextmanager
def session(
    settings: Settings,
    make: Callable[[], AsyncContainer],
    *,
    tuning: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> Iterator[Session]:
    """Open the parts of a profile; for the embedded profile, start PostgreSQL and migrate its database.

    Args:
        settings: the settings of this process.
        make: the function that builds the container.
        tuning: whether the database of tuning studies is needed too.
        meanwhile: a function that imports libraries, called in a thread while PostgreSQL starts.

    Raises:
        RepositoryUnavailable: if the database does not start or answer.
    """
    with _opened(settings, tuning=tuning, meanwhile=meanwhile) as runner:
        container = make()
        try:
            yield Session(runner, container)
        finally:
            runner.run(container.close())


def review(settings: Settings, look: Callable[[ReviewModels], Coroutine[Any, Any, _T]]) -> _T:
    """Review versions without the container that changes them, whose import takes 0.5 s.

    Raises:
        RepositoryUnavailable: if the database does not start or answer.
    """
    from entrypoints.composition.versions import review_models

    async def looked() -> _T:
        async with review_models(settings) as models:
            return await look(models)

    with _opened(settings) as runner:
        return runner.run(looked())


def prepare(settings: Settings) -> None:
    """Set the folders of MLflow and BentoML and turn off their usage reports, before they are imported."""
    os.environ["BENTOML_HOME"] = str(Home(settings.home).bentoml)
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"


@contextmanager
def _opened(
    settings: Settings, *, tuning: bool = False, meanwhile: Callable[[], None] | None = None
) -> Iterator[asyncio.Runner]:
    prepare(settings)
    with asyncio.Runner() as runner:
        if settings.profile == "memory":
            yield runner
            return
        importing = Thread(target=meanwhile)
        importing.start()
        from entrypoints.composition.database import lease

        with lease(settings, tuning=tuning):
            if not settings.database_url:
                runner.run(_migrated(settings))
            importing.join()  # what is imported next shares libraries with it, which two threads must not half import
            yield runner


async def _migrated(settings: Settings) -> None:
    from entrypoints.composition.database import bring_up_to_date

    for change in await bring_up_to_date(settings):
        logging.getLogger(__name__).warning("schema taken over: %s", change)
