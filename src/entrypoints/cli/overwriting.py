"""Files that a command must not write over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


def refuse_two_in_one(first: Path, second: Path) -> None:
    """Refuse to write two files to one place: the rows of the first would be lost.

    Raises:
        ConfigurationError: if both are one file.
    """
    if first.resolve() == second.resolve():
        message = f"{second} would hold only one of the two files that are written: name another for each"
        raise ConfigurationError(message)


def refuse_same(source: Path, out: Path) -> None:
    """Refuse to write over a file that is read: rows that are left out would be lost.

    Raises:
        ConfigurationError: if both are one file.
    """
    if out.exists() and source.exists() and out.samefile(source):
        message = f"{out} is the file that is read: name another to write"
        raise ConfigurationError(message)
