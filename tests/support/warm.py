"""Starts commands of the CLI by forking a process that has imported their libraries already.

A command costs a second of imports, several where MLflow and BentoML are needed. One process of the run, the template
(`tests/support/template.py`), imports them once and forks for each command: what comes of it is a process like any
other, with its own environment, folder, input and output, signals and exit status.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final, TypeAlias

from tests.support import isolation
from tests.support.waiting import until

Stream: TypeAlias = int | IO[str] | IO[bytes] | None
"""As for `subprocess.Popen`: a file, a descriptor, `PIPE`, `DEVNULL`, or None for that of this process."""

_PROGRAM: Final = Path(__file__).with_name("template.py")
_RESERVE: Final = 32_768
"""Bytes in which a forked process writes down its own command line or environment, for whoever lists processes."""

_connection: socket.socket | None = None
_turn: Final = threading.Lock()


class Process:
    """A command that was started, with the methods and attributes of `subprocess.Popen` that tests use.

    Pipes are text. With ``program``, a file of Python, it is that program in place of the command line;
    ``network`` names the network namespace that it is in. What it starts of our own modules is forked, too
    (`tests/support/forking.py`), unless ``forks`` is False.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = None,
        stderr: Stream = None,
        start_new_session: bool = False,
        program: Path | None = None,
        network: str | None = None,
        forks: bool = True,
    ) -> None:
        sys.audit("subprocess.Popen", "medcost", list(arguments), None, None)  # which tests may not start processes
        self.args = list(arguments)
        self.returncode: int | None = None
        ours: list[IO[str] | None] = []
        theirs: list[int] = []
        opened: list[int] = []
        for number, stream in enumerate((stdin, stdout, stderr)):
            pipe, descriptor = None, number
            if stream == subprocess.PIPE:
                reading, writing = os.pipe()
                descriptor, own_end = (reading, writing) if number == 0 else (writing, reading)
                pipe = os.fdopen(own_end, "w" if number == 0 else "r", encoding="utf-8")
                opened.append(descriptor)
            elif stream == subprocess.DEVNULL:
                descriptor = os.open(os.devnull, os.O_RDWR)
                opened.append(descriptor)
            elif stream == subprocess.STDOUT:
                descriptor = theirs[1]
            elif stream is not None:
                descriptor = stream if isinstance(stream, int) else stream.fileno()
            ours.append(pipe)
            theirs.append(descriptor)
        self.stdin, self.stdout, self.stderr = ours
        self._status, status = os.pipe()
        opened.append(status)
        order = {
            "arguments": self.args,
            "environment": dict(environment),
            "folder": str(Path.cwd()),
            "new_session": start_new_session,
            "program": program and str(program),
            "network": network and f"/run/netns/{network}",
            "forks": forks,
        }
        try:
            with _turn:
                connection = _connected()
                socket.send_fds(connection, [json.dumps(order).encode()], [*theirs, status])
                pid = connection.recv(32)
            assert pid, "the template of the test run has ended"
            self.pid = int(pid)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal, or None while the process runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process has ended, and return its exit status.

        Raises:
            subprocess.TimeoutExpired: after ``timeout`` seconds.
        """
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def _ended(self, within: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], within)[0]:
            status = os.read(self._status, 32)
            os.close(self._status)
            assert status, "the template of the test run has ended"
            self.returncode = os.waitstatus_to_exitcode(int(status))
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end, unless it has ended."""
        self.send_signal(signal.SIGTERM)

    def until(self, beginning: str) -> str:
        """Read lines of the piped stderr until a line begins so, and return the line."""
        assert self.stderr
        read: list[str] = []
        for line in self.stderr:
            read.append(line)
            if line.startswith(beginning):
                return line
        raise AssertionError("".join(read))

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read what comes through the pipes until the process closes them, and wait for its end."""
        texts = ["", ""]

        def read(place: int, pipe: IO[str]) -> None:
            texts[place] = pipe.read()

        pipes = [(place, pipe) for place, pipe in enumerate((self.stdout, self.stderr)) if pipe]
        readers = [threading.Thread(target=read, args=each, daemon=True) for each in pipes]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(timeout)
        self.wait(timeout)
        return texts[0], texts[1]


def serve(
    module: str,
    *arguments: str,
    listener: socket.socket,
    environment: Mapping[str, str],
    stdout: Stream = None,
    stderr: Stream = None,
) -> Process:
    """Start ``python -m module ARGUMENTS --fd 0``, which serves on a socket that listens already."""
    program = Path(__file__).parents[2] / "src" / f"{module.replace('.', '/')}.py"
    return Process(
        [*arguments, "--fd=0"], environment, stdin=listener.fileno(), stdout=stdout, stderr=stderr, program=program
    )


def _connected() -> socket.socket:
    """Return the connection of this process with the template, which the first process that asks starts."""
    global _connection  # noqa: PLW0603  # one connection a process
    if _connection is None:
        address = isolation.once("template", _start)
        _connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        _connection.connect(str(address))
    return _connection


def _start(address: Path) -> None:
    # no test's own: it outlives the test that happens to be the first to need it
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    log = address.with_name("template.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), str(address), str(isolation.first_process()), " " * _RESERVE],
            env={**environment, "MEDCOST_TEST_RESERVE": " " * _RESERVE},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )

    def listens() -> bool:
        assert process.poll() is None, log.read_text()
        return address.exists()

    until(listens, within=300)
