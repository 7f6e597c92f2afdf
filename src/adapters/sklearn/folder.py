"""The model folder on disk: only data, each file listed in the manifest. This module does not import scikit-learn."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from adapters.common.model_folder import verified_contents
from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, Manifest, sha256

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
    """Return the verified files of a folder that has those of a model.

    Raises:
        ModelRefused: as `verified_contents`, or if its files are others, or the version of scikit-learn is.
    """
    manifest, contents = verified_contents(folder, digest)
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
