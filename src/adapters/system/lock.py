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
def sole_holder(file: Path, *, otherwise: str, who: str = "") -> Iterator[None]:
    """Hold the lock of this file while the block runs.

    Args:
        file: whose content is who holds it, or held it last.
        otherwise: what is said where another process holds it.
        who: we are; others are told.

    Raises:
        HomeInUse: with the text ``otherwise``, and who it is if they said so, if another process holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise HomeInUse(": ".join(filter(None, (otherwise, handle.read())))) from None
        handle.truncate(0)
        handle.write(who)
        handle.flush()
        yield
