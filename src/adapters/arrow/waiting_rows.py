"""Rows with answers that wait as JSON Lines until all are there, for files that are written in one go."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from domain.people.people_table import ABOVE, ANSWERS, LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEHIND: Final = (*ANSWERS, ABOVE, LEFT_OUT)


def columns_of(lines: IO[bytes]) -> tuple[list[str], int]:
    """Return the names of all columns, those of the answers last, and the number of rows."""
    names: dict[str, None] = {}
    count = 0
    for row in objects(lines):
        names |= dict.fromkeys(row)
        count += 1
    return [*(name for name in names if name not in _BEHIND), *(name for name in _BEHIND if name in names)], count


def objects(lines: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the object of each line of a file, from its start."""
    lines.seek(0)
    decoder = msgspec.json.Decoder(dict[str, Any])
    return (decoder.decode(line) for line in lines)
