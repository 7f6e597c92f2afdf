"""The pointer: a small JSON file that names the model to be served."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from domain.prediction import ModelReference


def read(file: Path) -> ModelReference | None:
    """Read which model is to be served.

    None if nothing was pointed to yet, or somebody spoilt the file: reconciling with the ledger writes it anew.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=ModelReference)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write(file: Path, model: ModelReference) -> None:
    """Point to a model: readers see the old pointer or the new one, and the new one outlives a power cut."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(draft, "wb") as stream:
            stream.write(msgspec.json.encode(model))
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
