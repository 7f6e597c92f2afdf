"""Backups of a home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of the home that it was made of.

    Args:
        made_at: when.
        medcost: the release.
        schema: the migration of the database, None where no table was made.
        champion: the version that the ledger names, None for none.
    """

    made_at: datetime
    medcost: str
    schema: str | None
    champion: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds: names of files, each with the SHA-256 of its content, and what it says of the home."""

    files: Mapping[str, str]
    about: About


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was made. ``sha256`` is the file's; ``champion`` is None if no version was promoted yet."""

    file: str
    bytes: int
    sha256: str
    files: int
    champion: int | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that was restored.

    Args:
        home: where.
        made_at: when the backup was made.
        champion: the version that the ledger names.
        replaced: where the home that was there before lies now, None if there was none.
        erased: how many predictions were erased since the backup was made, and therefore again.
    """

    home: str
    made_at: datetime
    champion: int | None
    replaced: str | None
    erased: int
