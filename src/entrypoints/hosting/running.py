"""The running processes of a home, and how to stop them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.common.processes import end
from adapters.local.home import Home
from entrypoints.composition.database import embedded_postgres
from entrypoints.hosting import run_file

if TYPE_CHECKING:
    from adapters.common.processes import ProcessId
    from entrypoints.composition.settings import Settings

_SECONDS_TO_STOP = 40.0


@dataclass(frozen=True, slots=True)
class PartStatus:
    """The status of a process of the home."""

    name: str
    running: bool
    pid: int
    address: str
    since: datetime
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class HomeStatus:
    """The status of a home; ``up`` is whether its supervisor is alive, ``url`` the address of the dashboard."""

    home: str
    up: bool
    ready: bool
    profile: str
    url: str
    parts: tuple[PartStatus, ...]


def status_of(settings: Settings) -> HomeStatus:
    """Return the processes of the home's run file, with whether each is alive."""
    home = Home(settings.home)
    run = run_file.read(home.run_file)
    parts: list[PartStatus] = []
    if run is not None:
        parts.append(_status("supervisor", run.supervisor, run.url, 0))
    parts += _postgres(settings)
    if run is not None:
        parts += [_status(part.name, part.process, part.address, part.restarts) for part in run.parts]
    up = run is not None and run.supervisor.is_alive
    return HomeStatus(
        home=str(home.path),
        up=up,
        ready=up and run is not None and run.ready,
        profile=run.profile if run else "",
        url=run.url if run and up else "",
        parts=tuple(parts),
    )


def stop_home(settings: Settings) -> list[str]:
    """Stop the supervisor and the processes that a killed supervisor left; return the names of the stopped parts."""
    file = Home(settings.home).run_file
    run = run_file.read(file)
    stopped: list[str] = []
    if run is not None:
        stopped += ["supervisor"] if run.supervisor.is_alive else []
        stopped += [part.name for part in run.parts if part.process.is_alive]
        # the supervisor ends its parts itself, in order; processes that are left afterwards outlived it
        end([run.supervisor], within=_SECONDS_TO_STOP)
        end(run.left_over, within=_SECONDS_TO_STOP)
        file.unlink(missing_ok=True)
    if _postgres(settings):
        # the last user stops PostgreSQL: a training that still uses it keeps it running
        with embedded_postgres(settings).lease():
            pass
        stopped += [] if _postgres(settings) else ["postgres"]
    return stopped


def _status(name: str, process: ProcessId, address: str, restarts: int) -> PartStatus:
    since = datetime.fromtimestamp(process.started, UTC)
    return PartStatus(name, process.is_alive, process.pid, address, since, restarts)


def _postgres(settings: Settings) -> list[PartStatus]:
    if settings.database_url or not Home(settings.home).postgres.exists():
        return []
    server = embedded_postgres(settings).status()
    if server is None:
        return []
    return [PartStatus(name="postgres", running=True, pid=server.pid, address=server.address, since=server.since)]
