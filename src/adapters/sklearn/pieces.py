"""Pieces of many rows that fit into the processor's cache, and whose intermediate results need little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE: Final = 8192


def pieces_of(count: int) -> Iterator[slice]:
    """Yield slices of at most `PIECE` rows that together cover ``count`` rows; one empty slice for no rows.

    >>> [piece.start for piece in pieces_of(20_000)], list(pieces_of(0))
    ([0, 8192, 16384], [slice(0, 8192, None)])
    """
    return (slice(at, at + PIECE) for at in range(0, count or 1, PIECE))
