"""Several processes of one service behind one listening socket."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PAUSE: Final = 1.0
"""Seconds before a worker that died is replaced: one that dies at once must not be forked in a tight loop."""


def serve_by(workers: int, serve: Callable[[], None]) -> int:
    """Fork workers, replace those that die, pass SIGINT and SIGTERM on to all. Call it before any thread is started.

    Args:
        workers: how many.
        serve: what each of them does until it is told to end.

    Returns:
        Exit status: 0 if all ended in order after a signal.
    """
    living: set[int] = set()
    leaving = False

    def leave(number: int, _frame: FrameType | None) -> None:
        nonlocal leaving
        leaving = True
        for pid in living:
            os.kill(pid, number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    status = 0
    while True:
        while len(living) < workers and not leaving:
            living.add(_forked(serve))
        if not living:
            return status
        pid, ended = os.wait()
        living.discard(pid)
        code = os.waitstatus_to_exitcode(ended)
        if not leaving:
            sys.stderr.write(f"worker {pid} ended with {code}: another takes its place\n")
            time.sleep(_PAUSE)
        elif code not in (0, -signal.SIGINT, -signal.SIGTERM):  # one that was just starting ends by the signal itself
            status = 1


def _forked(serve: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    status = 1
    try:
        serve()
        status = 0
    except BaseException:  # noqa: BLE001  # a fork must not run on into its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
