"""The memory that the texts of a batch need when each row has a copy of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator


def parts_of(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    """Halve a batch until the texts of each part, written out, have at most ``most`` bytes, or it is one row."""
    if len(batch) > 1 and bytes_of(batch) > most:
        half = len(batch) // 2
        yield from parts_of(batch.slice(0, half), most)
        yield from parts_of(batch.slice(half), most)
    else:
        yield batch


def bytes_of(batch: pa.RecordBatch) -> int:
    """Count the bytes of a batch's texts, written out."""
    return sum(_bytes(values) for column in batch.columns for values in _values(column))


def longest_text(column: pa.Array) -> int:
    """Return the bytes of the longest text of a column; 0 if it has none."""
    return max((_longest(values) for values in _values(column)), default=0)


def _values(array: Any) -> Iterator[Any]:
    """Yield the single values of an array, however nested."""
    if isinstance(array, pa.ExtensionArray):
        yield from _values(array.storage)
    elif isinstance(array, pa.StructArray):
        for field in array.flatten():
            yield from _values(field)
    elif isinstance(array, pa.MapArray):
        start, end = array.offsets[0].as_py(), array.offsets[-1].as_py()
        yield from _values(array.keys[start:end])
        yield from _values(array.items[start:end])
    elif pa.types.is_nested(array.type):
        yield from _values(array.flatten())
    else:
        yield array


def _bytes(values: Any) -> int:
    if not isinstance(values, pa.DictionaryArray):
        return int(_lengths(values).sum())
    lengths = np.append(_lengths(values.dictionary), 0)
    return int(lengths[pc.fill_null(values.indices, len(lengths) - 1).to_numpy(zero_copy_only=False)].sum())


def _longest(values: Any) -> int:
    return int(_lengths(values.dictionary if isinstance(values, pa.DictionaryArray) else values).max(initial=0))


def _lengths(values: Any) -> np.ndarray:
    kind = values.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        values = values.cast(pa.large_binary())
    elif not (text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        return np.zeros(len(values), np.int64)
    return pc.fill_null(pc.call_function("binary_length", [values]), 0).to_numpy(zero_copy_only=False)
