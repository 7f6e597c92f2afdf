"""A lock that ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from domain.errors import HomeInUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def sole_holder(file: Path, *, otherwise: str) -> Iterator[None]:
    """Hold the lock of this file while the block runs.

    Raises:
        HomeInUse: with the text ``otherwise``, if another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeInUse(otherwise) from None
        yield
