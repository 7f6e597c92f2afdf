"""Starts modules of ours by forking this process once more, which has imported their libraries already.

`medcost up` starts a program for each of its parts, and again when one has ended: that costs seconds of imports each
time. In a process that the template has forked, a copy of that process takes the program's place: with the pid that
`subprocess.Popen` returns, and the environment, folder, descriptors, session and signals that a program begins with.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

Become: TypeAlias = Callable[[dict[str, Any], list[int]], None]
"""Makes the process the one of an order, with three streams."""

_OURS: Final = "entrypoints."
_BY_PROGRAM: Final[Callable[..., int]] = vars(subprocess)["_fork_exec"]


def install(become: Become) -> None:
    """Let this process fork what it starts of our own modules; all other programs are started as ever."""
    setattr(subprocess, "_fork_exec", partial(_fork, become))  # noqa: B010  # which has no public name


def _fork(become: Become, *given: Any) -> int:
    words = [os.fsdecode(word) for word in given[0]]
    if words[:2] != [sys.executable, "-m"] or not words[2].startswith(_OURS):
        return _BY_PROGRAM(*given)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    pid = os.fork()
    if pid == 0:
        try:
            become(*_begun(words, given))
            status = _status_of(words[2])
        except BaseException:  # noqa: BLE001  # the frames of the process that forked stay below, and never go on
            traceback.print_exc()
            status = 1
        _leave(status)
    return pid


def _begun(words: list[str], given: Sequence[Any]) -> tuple[dict[str, Any], list[int]]:
    """Let go of what is the other process's, and return what `become` needs for what `subprocess.Popen` asked for."""
    passed, folder, variables = given[3:6]
    failures, new_session = given[12:14], given[15]
    streams = [os.dup(number if own < 0 else own) for number, own in enumerate((given[6], given[9], given[11]))]
    stay = {0, 1, 2, *streams, *passed} - {*failures}  # whoever forked waits until the pipe of failures is closed
    for number in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if number not in stay:
            _close(number)
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):  # a program ignores what was ignored, and handles nothing else
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    asyncio.set_event_loop_policy(None)
    atexit._clear()  # what the process that forked does at its end is not for this one
    environment = [each.decode(errors="surrogateescape").split("=", 1) for each in variables or ()]
    order = {
        "new_session": bool(new_session),
        "network": None,
        "folder": os.fsdecode(folder) if folder else str(Path.cwd()),
        "environment": dict(os.environ) if variables is None else dict(environment),
        "command": words[1:],
        "program": words[2],
        "arguments": words[3:],
    }
    return order, streams


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


def _leave(status: int) -> None:
    try:
        getattr(threading, "_shutdown")()  # noqa: B009  # waits for threads, as a program does
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(status)
