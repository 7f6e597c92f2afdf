"""The command `medcost up`: all parts on one machine."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from domain.errors import ConfigurationError
from entrypoints.cli.options import ChosenProfile, HomeFolder, Port
from entrypoints.composition.schema import home_schema, named_schema
from entrypoints.composition.settings import Settings, load
from entrypoints.hosting.stack import run_stack


def up(
    *,
    home: HomeFolder = None,
    host: str | None = None,
    port: Port | None = None,
    data: Path | None = None,
    schema: str | None = None,
    profile: ChosenProfile = None,
) -> None:
    """Start all parts, print `Ready: http://…` and keep them running until Ctrl-C stops them.

    For example:

        medcost up

        medcost up --data insurance.csv --port 8123

        medcost up --schema claims.yaml --data claims.csv --home clinic

        medcost up --profile memory

    Parameters
    ----------
    host
        Address to listen on; all but loopback addresses require API keys (default 127.0.0.1).
    port
        Port to listen on, 0 for a free one (default 8000).
    data
        Claims file that the first model learns from; without one, a synthetic sample.
    schema
        Path of a schema, or its name in config/schema: which facts are asked about a person. A home keeps its schema;
        only compatible changes of it are taken over (default: the home's own, else insurance).
    """
    if data is not None and not data.is_file():
        message = f"--data: there is no file {data}"
        raise ConfigurationError(message)
    if schema is not None:
        schema = str(named_schema(schema).absolute())
    flags = {"home": home, "host": host, "port": port, "schema": schema, "profile": profile}
    settings = load({**flags, "data": None if data is None else str(data.absolute())})
    home_schema(settings)  # a wrong schema is refused before any part is started
    asyncio.run(_run_until_stopped(settings))


async def _run_until_stopped(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(name) is not signal.SIG_IGN:  # set by nohup
            loop.add_signal_handler(name, stop.set)
    await run_stack(settings, stop=stop, say=_say)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
