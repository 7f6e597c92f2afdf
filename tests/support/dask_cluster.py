"""A cluster of Dask for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.waiting import until
from tests.support.warm import Process


class Cluster:
    """A scheduler and workers of Dask, processes of their own, each with the address and network namespace of its host.

    The scheduler's ``i`` is 0; workers count from 1. Their log is one file in a folder.
    """

    def __init__(self, folder: Path, host: Callable[[int], str], network: Callable[[int], str | None]) -> None:
        self._folder, self._host, self._network = folder, host, network
        self.workers: list[Process | subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self._scheduler = self._start(0, "scheduler", "--port", "0", "--scheduler-file", str(file))
        self._until(lambda: file.exists() and bool(file.read_text()))
        self.address: str = json.loads(file.read_text())["address"]

    @property
    def log_text(self) -> str:
        return (self._folder / "log").read_text()

    def join(self, **environment: str) -> Process | subprocess.Popen[bytes]:
        """Begin one more worker, which registers itself in a moment."""
        words = ["worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder)]
        self.workers.append(self._start(len(self.workers) + 1, *words, **environment))
        return self.workers[-1]

    def wait_for(self, word: str, times: int = 1) -> None:
        """Wait until a word stands in the log so many times."""
        self._until(lambda: self.log_text.count(word) >= times)

    def _until(self, true: Callable[[], bool]) -> None:
        def seen() -> bool:
            assert self._scheduler.poll() is None, self.log_text
            return true()

        until(seen, within=120, describe=lambda: self.log_text, pause=0.05)

    def end(self) -> None:
        """End them all; a stopped one, too."""
        for process in (*self.workers, self._scheduler):
            process.kill()
        for process in (*self.workers, self._scheduler):
            process.wait(timeout=20)

    def _start(self, number: int, *words: str, **environment: str) -> Process | subprocess.Popen[bytes]:
        where = ["--host", self._host(number), "--dashboard-address", f"{self._host(number)}:0"]
        program = Path(__file__).with_name("dask_program.py")
        with (self._folder / "log").open("ab") as log:
            # whoever does not answer for twelve seconds is lost, not thirty; Dask knows no less
            variables = {**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", **environment}
            if "PYTHONPATH" in environment:  # other code than that which the template has
                return subprocess.Popen(
                    [sys.executable, "-m", "dask", *words, *where], env=variables, stdout=log, stderr=log
                )
            network = self._network(number)
            return Process([*words, *where], variables, stdout=log, stderr=log, program=program, network=network)
