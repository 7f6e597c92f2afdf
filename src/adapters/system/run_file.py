"""What `medcost up` started: written for other commands to find, and for the next `up` to clean up after."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from adapters.system.processes import ProcessId

if TYPE_CHECKING:
    from pathlib import Path


class RunningPart(msgspec.Struct, frozen=True):
    """A process of the home. ``address`` is where it listens, ``restarts`` how often it had to be started again."""

    name: str
    process: ProcessId
    address: str = ""
    restarts: int = 0


class Run(msgspec.Struct, frozen=True):
    """A supervisor and its parts. ``ready`` turns true when every part has answered once."""

    supervisor: ProcessId
    profile: str
    url: str
    ready: bool = False
    parts: tuple[RunningPart, ...] = ()

    @property
    def left_over(self) -> list[ProcessId]:
        """Processes that outlived their supervisor, or all of them while it is alive; last started first."""
        return [part.process for part in reversed(self.parts) if part.process.is_alive]


def write(file: Path, run: Run) -> None:
    """Write it whole or not at all."""
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2))
    draft.replace(file)


def read(file: Path) -> Run | None:
    """Read it, None if there is none or it cannot be read: it describes processes, and is written anew by `up`."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Run)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
