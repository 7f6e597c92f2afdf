"""Processes that are recognised across commands and restarts: the system may give a pid to another process."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STATE, _START_TICKS = 0, 19
"""Places in /proc/PID/stat, counted from the field behind the name (fields 3 and 22 of proc(5))."""


def machine() -> str:
    """Name the scope of pids: a host since it booted and, on Linux, this process's namespace of pids.

    The host's name alone is not enough: containers share it, and so do machines that nobody gave a name.
    """
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [_BOOT_ID.read_text().strip(), str(Path("/proc/self/ns/pid").readlink())]
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process by its pid and its start.

    On Linux the start is counted in clock ticks since the machine booted. Elsewhere, and in what version 0.1 wrote,
    it is a time, which a step of the wall clock changes: then it counts to the second.

    Args:
        pid: as the system numbers processes.
        started: seconds since the epoch, as the wall clock stood when this was noted; for people.
        ticks: between the machine's boot and the start of the process; None where the system does not tell.
        boot: names that boot; empty where the system does not tell.
    """

    pid: int
    started: float
    ticks: int | None = None
    boot: str = ""

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """Return the identity of a running process; None if it is gone or a zombie."""
        try:
            process = psutil.Process(pid)
            started, ticks = process.create_time(), None
            if sys.platform == "linux":
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
                if fields[_STATE] in b"ZX":
                    return None
                ticks = int(fields[_START_TICKS])
            elif process.status() == psutil.STATUS_ZOMBIE:
                return None
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return None
        return cls(pid, started, ticks, "" if ticks is None else _boot())

    @classmethod
    def mine(cls) -> ProcessId:
        """Return the identity of this process."""
        mine = cls.of(os.getpid())
        assert mine is not None  # it runs
        return mine

    @classmethod
    def decode(cls, text: str) -> ProcessId | None:
        """Read what `encode` wrote, or version 0.1 (pid and seconds); None if it is neither."""
        try:
            if text.startswith("{"):
                return msgspec.json.decode(text, type=cls)
            pid, started = text.split()
            return cls(int(pid), float(started))
        except (ValueError, msgspec.DecodeError):
            return None

    def encode(self) -> str:
        """Return the identity as one line of JSON."""
        return msgspec.json.encode(self).decode()

    @property
    def is_alive(self) -> bool:
        """Return whether the process still runs. A zombie does not."""
        now = ProcessId.of(self.pid)
        if now is None:
            return False
        if self.ticks is None or now.ticks is None:
            return abs(now.started - self.started) < 1
        return (now.ticks, now.boot) == (self.ticks, self.boot)


def _boot() -> str:
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""


def end(processes: list[ProcessId], *, within: float) -> None:
    """End processes and all processes that they started.

    They get SIGTERM first and end their own children in their own order; children that outlive them get it next;
    processes that are left ``within`` seconds later are killed.
    """
    roots: list[psutil.Process] = []
    family: list[psutil.Process] = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile, as it should
            if process.is_alive:
                root = psutil.Process(process.pid)
                roots.append(root)
                family += [root, *root.children(recursive=True)]
    _ask(roots)
    _wait(roots, within)
    outlived = [process for process in family if _runs(process)]
    _ask(outlived)
    remaining = _wait(outlived, min(within, 5.0))
    for process in remaining:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(remaining, within)


def _wait(processes: list[psutil.Process], within: float) -> list[psutil.Process]:
    """Wait until processes have ended, and return those that have not."""
    deadline = time.monotonic() + within
    while (running := [process for process in processes if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)  # the system reports the end of a process to its parent only
    return running


def _runs(process: psutil.Process) -> bool:
    """Return whether a process has not ended; a zombie has, though its parent did not take notice yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _ask(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
