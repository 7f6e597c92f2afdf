"""Locks of files: each ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from adapters.common.disk import writing
from domain.errors import HomeInUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_POLL: Final = 0.01


def try_lock(handle: int | IO[bytes] | IO[str]) -> bool:
    """Take the lock of an open file, which holds it until it is closed. False if another one holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def waited_for(path: Path, on_wait: Callable[[], object] | None = None, *, soon: float = 0) -> Iterator[None]:
    """Wait for the lock of a file or a folder, and hold it while the block runs.

    Args:
        path: a folder that is there, or a file, which is made if need be.
        on_wait: called once if the lock is not free within ``soon`` seconds.
        soon: seconds of waiting that nobody needs to be informed of.
    """
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_WRONLY | os.O_CREAT, 0o666)
    try:
        if on_wait and not _locked_within(handle, soon):
            on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def sole_holder(file: Path, *, otherwise: str, who: str = "") -> Iterator[None]:
    """Hold the lock of this file while the block runs.

    Args:
        file: whose content is who holds it, or held it last.
        otherwise: the text of the error where another process holds it.
        who: this process, for the errors of others.

    Raises:
        HomeInUse: with the text ``otherwise`` and the holder's name, if it gave one, if another process holds it.
        HomeUnwritable: if the file cannot be written.
    """
    with writing(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = file.open("a+", encoding="utf-8")
    with opened as handle:
        if not try_lock(handle):
            handle.seek(0)
            raise HomeInUse(": ".join(filter(None, (otherwise, handle.read()))))
        with writing(file.parent):
            handle.truncate(0)
            handle.write(who)
            handle.flush()
        yield


def _locked_within(handle: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not try_lock(handle):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL)  # flock knows no deadline: it is asked until there is one
    return True
