"""Starts modules by forking this process once more, which has imported their libraries already.

`medcost up` starts a program for each of its parts, and again when one has ended: that costs seconds of imports each
time. In a process that the template has forked, a copy of that process takes the program's place: with the pid that
`subprocess.Popen` returns, and the environment, folder, descriptors, session and signals that a program begins with.
Where a command replaces itself by a program, as `medcost serve` does, the process itself becomes that program.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from asyncio.base_subprocess import BaseSubprocessTransport
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import uvloop

Become: TypeAlias = Callable[[dict[str, Any], list[int]], None]
"""Makes the process the one of an order, with three streams."""

_FORKED: Final = ("entrypoints.", "mlflow", "uvicorn")
"""How the names of modules begin that are not started by a program: ours, and those that serve MLflow."""
_BY_PROGRAM: Final[Callable[..., int]] = vars(subprocess)["_fork_exec"]


def install(become: Become) -> None:
    """Let this process fork what it starts of these modules; all other programs are started as ever."""
    setattr(subprocess, "_fork_exec", partial(_fork, become))  # noqa: B010  # which has no public name
    setattr(os, "execve", partial(_replace, become, os.execve))  # noqa: B010  # which is typed as a function
    setattr(uvloop.Loop, "subprocess_exec", _subprocess_exec)  # noqa: B010  # uvloop starts programs in C


def _is_forked(words: Sequence[str]) -> bool:
    return [*words[:2]] == [sys.executable, "-m"] and words[2].startswith(_FORKED)


def _fork(become: Become, *given: Any) -> int:
    words = [os.fsdecode(word) for word in given[0]]
    if not _is_forked(words):
        return _BY_PROGRAM(*given)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid == 0:
        if not words[2].startswith("entrypoints."):
            _import_anew("mlflow")
        _run(lambda: become(*_begun(words, given)), words[2])
    return pid


def _replace(
    become: Become,
    by_program: Callable[..., NoReturn],
    program: str,
    words: Sequence[str],
    environment: Mapping[str, str],
) -> NoReturn:
    if not _is_forked(words):
        by_program(program, words, environment)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    inherited = {number for number in _open() if os.get_inheritable(number)}
    streams = [os.dup(number) for number in range(3)]
    _forget(keep={*range(3), *inherited, *streams})
    _run(lambda: become(_order(words, Path.cwd(), environment, new_session=False), streams), words[2])


def _import_anew(package: str) -> None:
    """Forget a package that keeps connections with databases, which belong to the process that forked."""
    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            del sys.modules[name]


def _run(begin: Callable[[], None], module: str) -> NoReturn:
    try:
        begin()
        # a program knows nothing of the request for which another process starts it
        status = contextvars.Context().run(_status_of, module)
    except BaseException:  # noqa: BLE001  # the frames of the process that forked stay below, and never go on
        traceback.print_exc()
        status = 1
    _leave(status)


def _begun(words: list[str], given: Sequence[Any]) -> tuple[dict[str, Any], list[int]]:
    """Let go of what is the other process's, and return what `become` needs for what `subprocess.Popen` asked for."""
    passed, folder, variables = given[3:6]
    failures, new_session = given[12:14], given[15]
    streams = [os.dup(number if own < 0 else own) for number, own in enumerate((given[6], given[9], given[11]))]
    stay = {0, 1, 2, *streams, *passed} - {*failures}  # whoever forked waits until the pipe of failures is closed
    _forget(keep=stay)
    environment = [each.decode(errors="surrogateescape").split("=", 1) for each in variables or ()]
    order = _order(
        words,
        os.fsdecode(folder) if folder else Path.cwd(),
        dict(os.environ) if variables is None else dict(environment),
        new_session=bool(new_session),
    )
    return order, streams


def _order(
    words: Sequence[str], folder: str | Path, environment: Mapping[str, str], *, new_session: bool
) -> dict[str, Any]:
    return {
        "new_session": new_session,
        "network": None,
        "folder": str(folder),
        "environment": dict(environment),
        "command": words[1:],
        "program": words[2],
        "arguments": words[3:],
    }


def _forget(keep: set[int]) -> None:
    """Close all other descriptors, and undo what this process does on signals, in its loop and at its end."""
    for number in _open():
        if number not in keep:
            _close(number)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):  # a program ignores what was ignored, and handles nothing else
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    asyncio.set_event_loop_policy(None)
    atexit._clear()  # what the process that forked does at its end is not for this one


def _open() -> list[int]:
    names = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    return [number for number in names if Path(f"/proc/self/fd/{number}").exists()]


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:  # the one by which the folder of descriptors was read
        return


def _status_of(module: str) -> int:
    # that the module was imported before it became the program is the point
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    return 0


def _leave(status: int) -> NoReturn:
    try:
        getattr(threading, "_shutdown")()  # noqa: B009  # waits for threads, as a program does
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(status)


class _Transport(BaseSubprocessTransport):
    """What asyncio's own loop keeps of a process that it starts by `subprocess`."""

    def _start(self, args: Any, shell: bool, stdin: Any, stdout: Any, stderr: Any, bufsize: int, **kwargs: Any) -> None:
        self._proc = subprocess.Popen(args, bufsize, shell=shell, stdin=stdin, stdout=stdout, stderr=stderr, **kwargs)
        threading.Thread(target=self._await_end, args=(self._loop, self._proc), daemon=True).start()

    def _await_end(self, loop: asyncio.AbstractEventLoop, process: subprocess.Popen[bytes]) -> None:
        status = process.wait()
        with suppress(RuntimeError):  # the loop may have been closed meanwhile
            loop.call_soon_threadsafe(self._process_exited, status)


async def _subprocess_exec(
    loop: asyncio.AbstractEventLoop,
    protocol_factory: Callable[[], asyncio.SubprocessProtocol],
    *words: str,
    stdin: Any,
    stdout: Any,
    stderr: Any,
    **more: Any,
) -> tuple[asyncio.SubprocessTransport, asyncio.SubprocessProtocol]:
    """Do as asyncio's own loop does, by `subprocess`."""
    protocol, connected = protocol_factory(), loop.create_future()
    transport = _Transport(loop, protocol, words, False, stdin, stdout, stderr, 0, waiter=connected, **more)
    await connected
    return transport, protocol
