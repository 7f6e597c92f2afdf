"""Lines of text with a bounded length, however large the file is."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, AnyStr, Final

from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE: Final = 1024 * 1024
"""The most characters of a line, or bytes of a file that is read as bytes."""


def bounded_lines(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """Yield the lines of a file.

    Raises:
        UnreadableFile: at a line that is longer than `LONGEST_LINE`; it is not read to its end.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise UnreadableFile(Flaw.LARGE, f"line {number} has more than {LONGEST_LINE:,} characters")
        yield line
