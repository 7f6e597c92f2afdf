"""Web processes for tests, forked from one that has imported all that they need."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import socket
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

_FORK_SERVER: Final = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class WebProcess:
    """A process that serves on a port of this machine."""

    process: ForkServerProcess
    address: tuple[str, int]

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    @cached_property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """Return the status with which the process ends."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, f"process {self.pid} has not ended within {timeout} seconds"
        return self.process.exitcode

    def answering(self) -> str:
        """Return the URL when the process answers."""
        # the socket listens before the process does: this waits
        with urllib.request.urlopen(f"{self.url}/api/v1/health/live", timeout=120):
            return self.url


class WebProcesses:
    """Starts web processes, which need not import anything themselves."""

    def __init__(self) -> None:
        _FORK_SERVER.set_forkserver_preload(["tests.support.web_preload"])
        self._started: list[WebProcess] = []

    def start(
        self,
        home: Path,
        *arguments: str,
        settings: Mapping[str, str],
        program: str | None = None,
        log: Path | None = None,
        listener: socket.socket | None = None,
    ) -> WebProcess:
        """Start a process that listens at once.

        Args:
            home: the working directory and MEDCOST_HOME.
            arguments: further ones of its command line.
            settings: the settings of its environment.
            program: a script that serves on the socket ``--fd``, instead of ours.
            log: the file that its standard error goes to.
            listener: the socket that it serves on, which stays open here; else one on a free port.
        """
        environment = {**os.environ, "MEDCOST_PROFILE": "memory", "MEDCOST_HOME": str(home), **settings}
        with nullcontext(listener) if listener else socket.create_server(("127.0.0.1", 0)) as served:
            process = _FORK_SERVER.Process(target=_serve, args=(served, program, arguments, environment, home, log))
            process.start()
            self._started.append(WebProcess(process, served.getsockname()))
        return self._started[-1]

    def end(self) -> None:
        """End them all in order."""
        for started in self._started:
            started.process.terminate()
        try:
            for started in self._started:
                started.wait(timeout=60)
        finally:
            self.kill()

    def kill(self) -> None:
        """End them all at once."""
        for started in self._started:
            started.process.kill()
        for started in self._started:
            started.process.join()


def _serve(
    listener: socket.socket,
    program: str | None,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    home: Path,
    log: Path | None,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(home)
    if log:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
    sys.argv = ["web", "--fd", str(listener.detach()), *arguments]
    if program:
        runpy.run_path(program, run_name="__main__")
        return
    from entrypoints.hosting.asgi import main

    main()
