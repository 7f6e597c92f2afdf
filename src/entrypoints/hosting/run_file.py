"""The run file: the processes that `medcost up` started, for other commands and for the next `medcost up`."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
import psutil

from adapters.common.disk import writing
from adapters.common.folders import FolderId
from adapters.common.processes import ProcessId

if TYPE_CHECKING:
    from pathlib import Path


MOST_RESTARTS: Final = 100


class RunningPart(msgspec.Struct, frozen=True):
    """A process of the home; ``address`` is its URL, ``restarts`` how often it was restarted."""

    name: str
    process: ProcessId
    address: str = ""
    restarts: int = 0


class Restart(msgspec.Struct, frozen=True):
    """A restart of a part: its name, the time (UTC) and the reason."""

    name: str
    at: datetime
    why: str


class Run(msgspec.Struct, frozen=True):
    """A supervisor and its parts.

    Args:
        supervisor: the supervisor of `medcost up`.
        profile: which parts it started.
        url: address of the dashboard.
        ready: whether every part has answered once.
        parts: running parts in the order of their start.
        home: folder of the home; None in a file of version 0.1.
        restarted: the last `MOST_RESTARTS` restarts of parts, for serving processes.
    """

    supervisor: ProcessId
    profile: str
    url: str
    ready: bool = False
    parts: tuple[RunningPart, ...] = ()
    home: FolderId | None = None
    restarted: tuple[Restart, ...] = ()

    @property
    def left_over(self) -> list[ProcessId]:
        """Return all processes while the supervisor is alive, otherwise those that outlived it; last started first."""
        return [part.process for part in reversed(self.parts) if part.process.is_alive]


def write(file: Path, run: Run) -> None:
    """Write the run file atomically.

    Raises:
        HomeUnwritable: if the file cannot be written.
    """
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with writing(file.parent):
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2))
        draft.replace(file)


def read(file: Path) -> Run | None:
    """Read the run of the home that contains the file.

    Returns:
        The run; None if there is no file, if the file is damaged, or if it was copied with another home, whose
        processes are not ours.
    """
    run = _decode(file)
    return run if run and _is_of(run, file.parent) else None


def copied_from(file: Path) -> str | None:
    """Return the path of the home whose run file was copied to here; None if it was not."""
    run = _decode(file)
    if run is None or _is_of(run, file.parent):
        return None
    return run.home.path if run.home else "another home"


def _decode(file: Path) -> Run | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Run)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _is_of(run: Run, home: Path) -> bool:
    if run.home:
        return run.home.is_at(home)
    # version 0.1 did not record the home in the file; the environment of each part names it
    homes = {_home_of(part.process.pid) for part in run.parts if part.process.is_alive}
    return homes <= {None, str(home)}


def _home_of(pid: int) -> str | None:
    with suppress(psutil.Error):
        return psutil.Process(pid).environ().get("MEDCOST_HOME")
    return None
