"""The leaves of a Parquet schema, and the memory that their pages need."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.arrow.pages import Pages

_WIDE: Final = 16
"""Bytes of a value in memory, unless it is a longer one of fixed length."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the Parquet schema.

    Args:
        column: the column that the leaf belongs to.
        place: the position among the leaves.
        is_text: whether its values have any length.
        is_repeated: whether a row may have many of its values.
        width: bytes of a value in memory.
    """

    column: str
    place: int
    is_text: bool
    is_repeated: bool
    width: int

    def needs(self, pages: Pages) -> int:
        """Return the bytes of memory that pages of a row group need at a time."""
        if self.is_repeated:  # how many values a row has is not known beforehand
            return pages.dictionary + sum(pages.sizes) + sum(pages.rows) * self.width
        return pages.dictionary + max(pages.sizes, default=0)


def leaves_of(schema: pq.ParquetSchema, types: pa.Schema) -> list[Leaf]:
    """Match leaves to columns: both are in the same order."""
    columns = [field.name for field in types for _ in range(_count(field.type))]
    if len(columns) != len(schema):
        raise UnreadableFile(Flaw.BROKEN, "the file names other types than its columns have")
    leaves: list[Leaf] = []
    for i, column in enumerate(columns):
        leaf = schema.column(i)
        kind = leaf.physical_type
        width = max(leaf.length, _WIDE) if kind == "FIXED_LEN_BYTE_ARRAY" else _WIDE
        leaves.append(Leaf(column, i, kind == "BYTE_ARRAY", leaf.max_repetition_level > 0, width))
    return leaves


def _count(kind: pa.DataType) -> int:
    if isinstance(kind, pa.BaseExtensionType):
        return _count(kind.storage_type)
    if not pa.types.is_nested(kind):
        return 1
    return sum(_count(kind.field(i).type) for i in range(kind.num_fields))


def row_starts_and_sizes(groups: Sequence[Pages]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each page of a column, and the bytes of all pages before each and after the last."""
    rows = [0, *accumulate(count for pages in groups for count in pages.rows)]
    sizes = [0, *accumulate(size for pages in groups for size in pages.sizes)]
    return np.array(rows, dtype=np.int64), np.array(sizes, dtype=np.int64)


def largest_window(starts: np.ndarray, sizes: np.ndarray, rows: int) -> int:
    """Return the most bytes of the pages that ``rows`` successive rows lie in."""
    if not starts[1:].size:  # no page
        return 0
    last = np.minimum(np.searchsorted(starts, starts[1:] + rows, side="left"), len(sizes) - 1)
    return int((sizes[last] - sizes[:-1]).max())
