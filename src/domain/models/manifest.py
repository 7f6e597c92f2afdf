"""The manifest of a model folder: its files and versions of libraries, pinned by one digest.

``manifest.json`` is ``{"files": {name: sha256}, "versions": {library: version}}``. The digest of a model is the
SHA-256 of the manifest's bytes; it is kept in the ledger, never only beside the files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.errors import ModelRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST: Final = "manifest.json"
"""Name of the manifest's own file, which it does not list."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of a model folder.

    Args:
        files: file name to SHA-256 of its bytes, in lower-case hexadecimal digits.
        versions: library to the version that wrote the files.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """Return the bytes of ``manifest.json``; the same content gives the same bytes."""
        content = {"files": dict(self.files), "versions": dict(self.versions)}
        return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 in lower-case hexadecimal digits.

    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def verified(digest: str, manifest: bytes, digests: Mapping[str, str]) -> Manifest:
    """Verify a manifest and the files beside it by the digest, and return it.

    Args:
        digest: the SHA-256 that the manifest must have.
        manifest: the bytes of ``manifest.json``.
        digests: the SHA-256 of every other file in the folder, by its name.

    Raises:
        ModelRefused: with every file that is missing, changed or unlisted.

    >>> folder = Manifest({"card.json": sha256(b"{}")}, {}).to_bytes()
    >>> verified(sha256(folder), folder, {"card.json": sha256(b"{}")}).files.keys()
    dict_keys(['card.json'])
    >>> verified(sha256(folder), folder, {"card.json": sha256(b"{ }"), "more.pkl": sha256(b"")})
    Traceback (most recent call last):
    domain.errors.ModelRefused: the model folder is not what its manifest lists: card.json changed, more.pkl unlisted
    """
    if sha256(manifest) != digest:
        message = f"the model's manifest has not the digest {digest[:12]}… that it is known by"
        raise ModelRefused(message)
    listed = read(manifest)
    wrong = [f"{name} missing" for name in listed.files if name not in digests]
    wrong += [f"{name} changed" for name, sha in listed.files.items() if digests.get(name, sha) != sha]
    wrong += [f"{name} unlisted" for name in digests if name not in listed.files]
    if wrong:
        message = f"the model folder is not what its manifest lists: {', '.join(wrong)}"
        raise ModelRefused(message)
    return listed


def read(manifest: bytes) -> Manifest:
    """Decode ``manifest.json``, and check its form.

    Raises:
        ModelRefused: if they are no manifest.
    """
    try:
        content: object = json.loads(manifest)
    except ValueError as error:
        message = f"the model's manifest is no JSON: {error}"
        raise ModelRefused(message) from error
    parts = cast("dict[str, object]", content) if isinstance(content, dict) else {}
    if set(parts) != {"files", "versions"} or not all(map(_is_text_to_text, parts.values())):
        message = 'the model\'s manifest is not {"files": {name: sha256}, "versions": {library: version}}'
        raise ModelRefused(message)
    return Manifest(cast("dict[str, str]", parts["files"]), cast("dict[str, str]", parts["versions"]))


def _is_text_to_text(part: object) -> bool:
    return isinstance(part, dict) and all(
        isinstance(side, str) for item in cast("dict[object, object]", part).items() for side in item
    )
