"""Worker processes of a service that share a listening socket."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PAUSE: Final = 1.0
"""Seconds before a dead worker is replaced, so that a worker that dies at once is not forked in a tight loop."""


def serve_by(workers: int, serve: Callable[[], None]) -> int:
    """Fork workers, replace those that die, and pass SIGINT and SIGTERM on; call before any thread is started.

    Args:
        workers: number of workers.
        serve: function that each worker runs until it is signalled to end.

    Returns:
        Exit status: 0 if all workers ended by themselves after a signal.
    """
    living: set[int] = set()
    leaving = False

    def leave(number: int, _frame: FrameType | None) -> None:
        nonlocal leaving
        leaving = True
        for pid in living:
            with suppress(ProcessLookupError):  # it has ended, and was waited for just now
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
        elif code not in (0, -signal.SIGINT, -signal.SIGTERM):  # a worker without handlers yet ends by it
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
