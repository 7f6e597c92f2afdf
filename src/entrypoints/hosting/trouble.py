"""What a command says when the system lets it write no more."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from adapters.common.disk import sentence

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def disk_trouble(error: OSError) -> str:
    """Return which disk is full or read-only, if that is the error, and what to do; empty if it is not."""
    if isinstance(error.filename, str | bytes):
        place = Path(os.fsdecode(error.filename))
        return sentence(error.errno, place) if error.errno in (*_FULL, errno.EROFS) else ""
    return sentence(error.errno, Path(), "this machine") if error.errno in _FULL else ""
