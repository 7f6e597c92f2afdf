"""Files that outlive a power cut."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the new one, and the new one outlives a power cut."""
    if file.exists() and file.read_bytes() == content:
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync(file.parent)


def sync(path: Path) -> None:
    """Have the system write a file, or a folder's list of names, to the disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
