"""Messages for errors of the system on writing, such as a full disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from adapters.common.disk import FULL, sentence


def disk_trouble(error: OSError) -> str:
    """Return a message that names the disk that is full or read-only and the remedy; empty for other errors."""
    if isinstance(error.filename, str | bytes):
        place = Path(os.fsdecode(error.filename))
        return sentence(error.errno, place) if error.errno in (*FULL, errno.EROFS) else ""
    return sentence(error.errno, Path(), "this machine") if error.errno in FULL else ""
