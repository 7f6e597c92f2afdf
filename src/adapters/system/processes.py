"""Processes that can be named across restarts: a pid alone may have been given away again."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


def machine() -> str:
    """Name what pids mean something on: a host since it booted and, on Linux, this process's namespace of pids.

    The host's name alone does not do: containers share it, and so do machines that nobody gave a name.
    """
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [
            Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
            str(Path("/proc/self/ns/pid").readlink()),
        ]
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process by pid and start time (seconds since the epoch, as the system tells it)."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """Name a running process, None if it is gone."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    @classmethod
    def mine(cls) -> ProcessId:
        """Name this process."""
        return cls(os.getpid(), psutil.Process().create_time())

    @property
    def is_alive(self) -> bool:
        """Whether it still runs. A zombie does not."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def end(processes: list[ProcessId], *, within: float) -> None:
    """End processes and all that they started.

    They are asked first and end their own children in their own order; children that outlive them are asked next;
    what is left ``within`` seconds after being asked is killed.
    """
    roots: list[psutil.Process] = []
    family: list[psutil.Process] = []
    for one in processes:
        with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile, which is what is wanted
            if one.is_alive:
                root = psutil.Process(one.pid)
                roots.append(root)
                family += [root, *root.children(recursive=True)]
    _ask(roots)
    psutil.wait_procs(roots, timeout=within)
    outlived = [process for process in family if process.is_running()]
    _ask(outlived)
    _, deaf = psutil.wait_procs(outlived, timeout=min(within, 5.0))
    for process in deaf:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(deaf, timeout=within)


def _ask(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
