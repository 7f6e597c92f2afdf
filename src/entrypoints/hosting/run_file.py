"""What `medcost up` started: written for other commands to find, and for the next `up` to clean up after."""

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
    """A process of the home. ``address`` is where it listens, ``restarts`` how often it had to be started again."""

    name: str
    process: ProcessId
    address: str = ""
    restarts: int = 0


class Restart(msgspec.Struct, frozen=True):
    """That a part had to be started again: which, when (UTC), and why."""

    name: str
    at: datetime
    why: str


class Run(msgspec.Struct, frozen=True):
    """A supervisor and its parts.

    Args:
        supervisor: of `medcost up`.
        profile: which parts it started.
        url: where people look at it.
        ready: whether every part has answered once.
        parts: in the order in which they were started.
        home: the folder that all of it works for; None in a file of version 0.1.
        restarted: parts that had to be started again, the last `MOST_RESTARTS` of them; serving processes read it.
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
        """Processes that outlived their supervisor, or all of them while it is alive; last started first."""
        return [part.process for part in reversed(self.parts) if part.process.is_alive]


def write(file: Path, run: Run) -> None:
    """Write it whole or not at all.

    Raises:
        HomeUnwritable: if it cannot be written.
    """
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with writing(file.parent):
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2))
        draft.replace(file)


def read(file: Path) -> Run | None:
    """Read the run of the home in which the file lies.

    Returns:
        None if there is none; if it cannot be read, for `up` writes it anew; and if it came with the copy of another
        home: the processes in it are not ours.
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
    # version 0.1 did not write it down, but told each part by its environment
    told = {_told_home(part.process.pid) for part in run.parts if part.process.is_alive}
    return told <= {None, str(home)}


def _told_home(pid: int) -> str | None:
    with suppress(psutil.Error):
        return psutil.Process(pid).environ().get("MEDCOST_HOME")
    return None
