"""A command's stay: its parts are up while it lasts, and one event loop serves all its asynchronous calls."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass
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
    """Lets synchronous code call asynchronous parts; between the calls no loop runs: Ctrl-C really interrupts."""

    runner: asyncio.Runner
    container: AsyncContainer

    def get(self, kind: type[_T]) -> _T:
        """Give a use case or a port."""
        return self.run(self.container.get(kind))

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Wait for an asynchronous call."""
        return self.runner.run(work)


@contextmanager
def session(settings: Settings, make: Callable[[], AsyncContainer], *, tuning: bool = False) -> Iterator[Session]:
    """Open what the profile needs: for the embedded one its PostgreSQL, with its schema up to date.

    ``tuning`` asks for the database of studies too.

    Raises:
        RepositoryUnavailable: if the database does not start or answer.
    """
    with _opened(settings, tuning=tuning) as runner:
        container = make()
        try:
            yield Session(runner, container)
        finally:
            runner.run(container.close())


def review(settings: Settings, look: Callable[[ReviewModels], Coroutine[Any, Any, _T]]) -> _T:
    """Look at versions, without the container of what moves them: to import that takes half a second.

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
    """Tell MLflow and BentoML, before they are imported, where to write and not to report to their makers."""
    os.environ["BENTOML_HOME"] = str(Home(settings.home).bentoml)
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"


@contextmanager
def _opened(settings: Settings, *, tuning: bool = False) -> Iterator[asyncio.Runner]:
    prepare(settings)
    with asyncio.Runner() as runner:
        if settings.profile == "memory":
            yield runner
            return
        from entrypoints.composition.database import lease

        with lease(settings, tuning=tuning):
            if not settings.database_url:
                runner.run(_migrated(settings))
            yield runner


async def _migrated(settings: Settings) -> None:
    from entrypoints.composition.database import bring_up_to_date

    for change in await bring_up_to_date(settings):
        logging.getLogger(__name__).warning("schema taken over: %s", change)
