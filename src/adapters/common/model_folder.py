"""The files of a model folder: only plain ones, each listed in the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, Manifest, sha256, verified

if TYPE_CHECKING:
    from pathlib import Path


def verified_contents(folder: Path, digest: str) -> tuple[Manifest, dict[str, bytes]]:
    """Read each file once, and return the manifest and the verified bytes, so that nothing can change in between.

    Raises:
        ModelRefused: if a file is missing, changed or unlisted, is no plain file, or the digest does not match.
    """
    try:
        entries = sorted(folder.iterdir())
        odd = [entry.name for entry in entries if entry.is_symlink() or not entry.is_file()]
        if odd:
            message = f"the model folder holds what is no plain file: {', '.join(odd)}"
            raise ModelRefused(message)
        contents = {entry.name: entry.read_bytes() for entry in entries}
    except OSError as error:
        message = f"the model folder cannot be read: {error.strerror}: {error.filename}"
        raise ModelRefused(message) from error
    digests = {name: sha256(content) for name, content in contents.items() if name != MANIFEST}
    return verified(digest, contents.get(MANIFEST, b""), digests), contents
