"""The stack of `medcost up`: the parts of each profile, the order of their start, and their readiness."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from adapters.common.disk import unwritable
from adapters.common.folders import FolderId
from adapters.common.locks import sole_holder
from adapters.common.processes import ProcessId, end
from adapters.local.home import Home
from domain.errors import HomeUnwritable, MedcostError
from entrypoints.composition.access_rules import refuse_open_access
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import require_followable
from entrypoints.hosting import run_file
from entrypoints.hosting.first_model import report_changed_data, train_first_model
from entrypoints.hosting.liveness import until_hung
from entrypoints.hosting.parts import in_url, listening, liveness_of, model_server, web
from entrypoints.hosting.run_file import Run
from entrypoints.hosting.supervisor import Part, Supervisor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.postgres.embedded import EmbeddedPostgres
    from entrypoints.composition.settings import Settings
    from entrypoints.hosting.liveness import Liveness

_READY_WITHIN = 90.0


async def run_stack(settings: Settings, *, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Start all parts of a profile, keep them running until ``stop`` is set, then end them.

    Args:
        settings: the profile and its parts' addresses.
        stop: set by Ctrl-C or SIGTERM.
        say: called with a line of output for each step; the last is ``Ready: http://host:port``.

    Raises:
        HomeInUse: if another `medcost up` owns this home, or the port is taken.
        HomeUnwritable: if the home's disk is full or cannot be written.
        ConfigurationError: if the API would be open to others without keys.
        Unavailable: if a part does not get ready.
    """
    refuse_open_access(settings, pages=True)
    require_followable(settings)
    home = Home(settings.home)
    home.make()
    if why := unwritable(home.path):
        raise HomeUnwritable(why)
    with sole_holder(home.up_lock, otherwise=_already_up(home)):
        _take_over(home, say)
        # PostgreSQL is entered into the outer stack, so that it ends after the parts that use it
        async with AsyncExitStack() as ground:
            listener = ground.enter_context(listening(settings.host, settings.port))
            url = f"http://{in_url(settings.host)}:{listener.getsockname()[1]}"
            run = Run(ProcessId.mine(), settings.profile, url, home=FolderId.of(home.path))
            run_file.write(home.run_file, run)
            supervisor = Supervisor(run, home.run_file, home.logs, say, liveness_of(settings), settings.end_within)
            async with supervisor, AsyncExitStack() as stack:
                if await _unless_stopped(stop, _start(settings, supervisor, listener, url, ground, say)):
                    say(f"Ready: {url}")
                    if settings.data and settings.profile == "embedded":
                        report = asyncio.create_task(report_changed_data(settings, say))
                        stack.callback(report.cancel)
                    await stop.wait()
                say("Stopping …")
    say("Stopped.")


async def _start(
    settings: Settings,
    supervisor: Supervisor,
    listener: socket.socket,
    url: str,
    ground: AsyncExitStack,
    say: Callable[[str], None],
) -> list[Part]:
    first: Part | None = None
    if _serves_a_model(settings):
        # the model server needs no database, and takes longer to start than the database
        first = model_server(settings, ground.enter_context(listening("127.0.0.1", 0)))
        supervisor.start(first)
        await asyncio.sleep(0)  # its process starts now, not after all that is imported for the database
    if settings.profile == "embedded":
        own_schema = home_schema(settings) if first else None
        await _database(settings, supervisor, ground, say)
        # from here on the home's own schema is used
        settings = msgspec.structs.replace(settings, schema="")
        if first and home_schema(settings) != own_schema:  # the database gave the home its schema back
            await supervisor.renew(first)
        await train_first_model(settings, supervisor, say)
    if _has_model_server(settings):
        model = first or model_server(settings, ground.enter_context(listening("127.0.0.1", 0)))
        settings = msgspec.structs.replace(settings, model_server_url=model.address)
        parts = [model, web(settings, listener, url)]
    else:
        parts = [web(settings, listener, url)]
    for part in parts:
        if part is not first:
            supervisor.start(part)
    await supervisor.until_ready(parts, within=_READY_WITHIN)
    return parts


def _has_model_server(settings: Settings) -> bool:
    return settings.predictor == "bentoml" and not settings.model_server_url


def _serves_a_model(settings: Settings) -> bool:
    """Return whether a published model lets the model server start before the other parts."""
    published = Home(settings.home).pointer.exists()
    return settings.profile == "embedded" and _has_model_server(settings) and not settings.schema and published


async def _database(
    settings: Settings, supervisor: Supervisor, ground: AsyncExitStack, say: Callable[[str], None]
) -> None:
    """Start PostgreSQL unless settings name a server, keep it running, and migrate its database."""
    from entrypoints.composition.database import bring_up_to_date, embedded_postgres, enter_in_thread

    if not settings.database_url:
        server = embedded_postgres(settings)
        say("Starting PostgreSQL …")
        await enter_in_thread(ground, server.lease())
        watch = asyncio.create_task(_keep_postgres(server, supervisor, liveness_of(settings), say))
        ground.callback(watch.cancel)
    for change in await bring_up_to_date(settings):
        say(f"Schema taken over: {change}")


async def _keep_postgres(
    server: EmbeddedPostgres, supervisor: Supervisor, liveness: Liveness, say: Callable[[str], None]
) -> None:
    """Restart PostgreSQL when it was killed or hangs."""
    hanging = asyncio.create_task(until_hung(server.lives, liveness))
    try:
        while True:
            await asyncio.sleep(0.5)
            try:
                if hanging.done():
                    await asyncio.to_thread(server.start_anew, grace=liveness.grace)
                    say(f"PostgreSQL hung ({hanging.result()}): it was ended and started again")
                    supervisor.restarted("postgres", f"hung ({hanging.result()}) and was ended")
                    hanging = asyncio.create_task(until_hung(server.lives, liveness))
                elif await asyncio.to_thread(server.ensure_running):
                    say("PostgreSQL ended: it was started again")
                    supervisor.restarted("postgres", "ended")
            except MedcostError as why:
                say(f"PostgreSQL ended and does not start again yet: {why}")
                await asyncio.sleep(2)
    finally:
        hanging.cancel()


async def _unless_stopped(stop: asyncio.Event, work: Awaitable[list[Part]]) -> list[Part] | None:
    """Return the result of ``work``; once ``stop`` is set, cancel it and return None."""
    doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if doing.done():
        return doing.result()
    doing.cancel()
    with suppress(asyncio.CancelledError):
        await doing
    return None


def _take_over(home: Home, say: Callable[[str], None]) -> None:
    """End the processes that a killed supervisor left running."""
    if original := run_file.copied_from(home.run_file):
        say(f"{home.path} is a copy of {original}: what runs there is left alone")
    before = run_file.read(home.run_file)
    if before and before.left_over:
        say("An earlier `medcost up` was killed: ending what it left running …")
        end(before.left_over, within=10)


def _already_up(home: Home) -> str:
    run = run_file.read(home.run_file)
    if run is None:
        return f"another `medcost up` is starting on {home.path}"
    since = datetime.fromtimestamp(run.supervisor.started, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{home.path} is up already: {run.url}, process {run.supervisor.pid}, since {since}. "
        f"Stop it with `medcost down --home {home.path}`, or name another home"
    )
