"""The pointer: a small JSON file that names the model to be served."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters.common.files import replace_file
from domain.costs.prediction import ModelReference


def read(file: Path) -> ModelReference | None:
    """Read which model is to be served.

    Return None if there is no pointer yet, or the file is damaged: reconciling with the ledger writes it anew.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=ModelReference)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write(file: Path, model: ModelReference) -> None:
    """Point to a model: readers see the old pointer or the new one, and the new one outlives a power cut."""
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, msgspec.json.encode(model))
