"""The model folder on disk: only data, each file listed in the manifest. This module does not import scikit-learn."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, Manifest, sha256, verified

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "medcost"
ESTIMATOR: Final = "estimator.skops"
DISTRIBUTION: Final = "distribution.npz"
REFERENCE: Final = "reference.npz"
TRAINING_ROWS: Final = "training_rows.npz"
CARD: Final = "card.json"
SCHEMA: Final = "schema.json"
"""The file of the schema, which folders of earlier releases do not have."""

_FILES: Final = frozenset({ESTIMATOR, DISTRIBUTION, REFERENCE, TRAINING_ROWS, CARD})
_MUST_MATCH: Final = "scikit-learn"


def seal(folder: Path) -> str:
    """Write the manifest of a folder's files and return its digest, which identifies the model."""
    files = {entry.name: sha256(entry.read_bytes()) for entry in sorted(folder.iterdir())}
    manifest = Manifest(files, {name: version(name) for name in (_MUST_MATCH, "skops", "numpy")}).to_bytes()
    (folder / MANIFEST).write_bytes(manifest)
    return sha256(manifest)


def read_verified(folder: Path, digest: str) -> dict[str, bytes]:
    """Read each file once and return the verified bytes, so that nothing can change in between.

    Raises:
        ModelRefused: if a file is missing, changed or unlisted, is no plain file, or the digest or the version of
            scikit-learn does not match.
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
    manifest = verified(digest, contents.get(MANIFEST, b""), digests)
    if set(manifest.files) - {SCHEMA} != _FILES:
        message = (
            f"a model folder holds {', '.join(sorted({*_FILES, SCHEMA}))}, this one {', '.join(sorted(manifest.files))}"
        )
        raise ModelRefused(message)
    made_with, here = manifest.versions.get(_MUST_MATCH, "unknown"), version(_MUST_MATCH)
    if made_with != here:
        message = f"the model was made with {_MUST_MATCH} {made_with}, but {here} is installed: train again"
        raise ModelRefused(message)
    return contents
