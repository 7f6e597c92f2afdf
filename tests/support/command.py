"""The command line: called in this process, as a process of its own, or by its program."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, Final

from tests.support.warm import Process, Stream

CLI: Final = [sys.executable, "-m", "entrypoints.cli.main"]
"""The program. It costs a second or more of imports: `call` or `run` a command where the program is not the point."""


@dataclass(frozen=True)
class Ended:
    """A command that came to its end, well or not."""

    status: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        return json.loads(self.output)


def call(*arguments: object, home: Path, given: str = "", **environment: str) -> Ended:
    """Run a command in this process, and put back what a process has only one of.

    Args:
        arguments: the arguments of the command.
        home: its MEDCOST_HOME.
        given: its input.
        environment: more variables.
    """
    from entrypoints.cli.main import main

    output, errors, status = io.StringIO(), io.StringIO(), None
    with put_back(), redirect_stdout(output), redirect_stderr(errors):
        os.environ.update(environment, MEDCOST_HOME=str(home))
        sys.stdin = io.StringIO(given)
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return Ended(status, output.getvalue(), errors.getvalue())


@contextmanager
def put_back() -> Iterator[None]:
    """Put back what a process has only one of: variables, input, what it does on signals and with ignored errors."""
    variables, stdin, hook = dict(os.environ), sys.stdin, sys.unraisablehook
    ours = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    handlers = {number: signal.getsignal(number) for number in ours}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.stdin, sys.unraisablehook = stdin, hook
        os.environ.clear()
        os.environ.update(variables)


def start(
    *arguments: object,
    home: Path,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = None,
    stderr: Stream = None,
    start_new_session: bool = False,
    environment: Mapping[str, str | None] = MappingProxyType({}),
    network: str | None = None,
    forks: bool = True,
) -> Process:
    """Start a command in a process of its own, which has its libraries already.

    ``environment`` adds variables, or with None takes one away; ``network`` names a network namespace; without
    ``forks``, the programs that it starts are started as users' are.
    """
    variables = {**os.environ, **environment, "MEDCOST_HOME": str(home)}
    return Process(
        [str(argument) for argument in arguments],
        {name: value for name, value in variables.items() if value is not None},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=start_new_session,
        network=network,
        forks=forks,
    )


def run(*arguments: object, home: Path, given: str = "", **environment: str | None) -> Ended:
    """Run a command in a process of its own, which has its libraries already, to its end.

    Args:
        arguments: the arguments of the command.
        home: its MEDCOST_HOME.
        given: its input.
        environment: more variables; None takes one away.
    """
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        stdin.write(given)
        stdin.seek(0)
        process = start(*arguments, home=home, stdin=stdin, stdout=output, stderr=errors, environment=environment)
        try:
            status = process.wait(timeout=280)
        finally:
            process.kill()
        output.seek(0)
        errors.seek(0)
        return Ended(status, output.read(), errors.read())


def document(*arguments: object, home: Path, **environment: str) -> Any:
    """Run a command with ``--json``, which must succeed, and return what it prints."""
    ended = run(*arguments, "--json", home=home, **environment)
    assert ended.status == 0, ended.errors
    return ended.document
