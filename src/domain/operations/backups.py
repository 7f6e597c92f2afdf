"""Backups of a home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """The description of a home in its archive.

    Args:
        made_at: time of the backup, in UTC.
        medcost: release that made it.
        schema: migration of the database; None for a database without tables.
        champion: number of the champion; None for none.
    """

    made_at: datetime
    medcost: str
    schema: str | None
    champion: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of an archive.

    Args:
        files: name of each file to the SHA-256 of its content, in hexadecimal.
        about: the description of the home.
    """

    files: Mapping[str, str]
    about: About


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file.

    Args:
        file: the path.
        bytes: the size.
        sha256: its SHA-256, in hexadecimal.
        files: number of files in it.
        champion: number of the champion; None for none.
    """

    file: str
    bytes: int
    sha256: str
    files: int
    champion: int | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A home that was restored.

    Args:
        home: the folder.
        made_at: time of the backup, in UTC.
        champion: number of the champion; None for none.
        replaced: folder to which the previous home was moved; None if there was none.
        erased: number of predictions in the backup that had been erased since, and were erased again.
    """

    home: str
    made_at: datetime
    champion: int | None
    replaced: str | None
    erased: int
