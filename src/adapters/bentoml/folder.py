"""The check of a model folder on disk against its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, sha256, verified

if TYPE_CHECKING:
    from pathlib import Path


def verify(folder: Path, digest: str) -> None:
    """Check that the folder holds exactly the files of the manifest with this digest: no link, no folder, nothing more.

    Raises:
        ModelRefused: naming what is wrong.
    """
    try:
        entries = sorted(folder.iterdir())
        odd = [entry.name for entry in entries if entry.is_symlink() or not entry.is_file()]
        if odd:
            message = f"the model folder holds what is no plain file: {', '.join(odd)}"
            raise ModelRefused(message)
        manifest = (folder / MANIFEST).read_bytes()
        digests = {entry.name: sha256(entry.read_bytes()) for entry in entries if entry.name != MANIFEST}
    except OSError as error:
        message = f"the model folder cannot be read: {error.strerror}: {error.filename}"
        raise ModelRefused(message) from error
    verified(digest, manifest, digests)
