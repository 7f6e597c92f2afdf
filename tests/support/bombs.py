"""Small files that would fill a machine's memory if they were read without bounds."""

from __future__ import annotations

import io
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

_LARGE: Final = 4 * 1024 * 1024


def parquet(table: pa.Table, **how: Any) -> bytes:
    """Write a table as Parquet."""
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", write_statistics=False, **how)
    return file.getvalue()


def people(rows: int, **more: Any) -> pa.Table:
    """Give equal people with a cost, and further columns."""
    facts: dict[str, Any] = {
        "age": pa.repeat(40, rows),
        "sex": pa.repeat("female", rows),
        "bmi": pa.repeat(27.5, rows),
        "children": pa.repeat(1, rows),
        "smoker": pa.repeat("no", rows),
        "region": pa.repeat("northeast", rows),
        "charges": pa.repeat(6500.0, rows),
    }
    return pa.table({**facts, **more})


def one_text_in_many_rows(column: str = "note", rows: int = 1_000, size: int = _LARGE) -> bytes:
    """Give a dictionary of one long text, which each row names."""
    text = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array(["A" * size]))
    table = people(rows).drop_columns([column] if column != "note" else [])
    return parquet(table.append_column(column, text), store_schema=False, dictionary_pagesize_limit=1 << 30)


def texts_by_difference() -> bytes:
    """Give texts of which each repeats the one before, which the encoding says in one byte."""
    table = people(10, note=pa.array(["A" * _LARGE] * 10))
    return parquet(table, use_dictionary=False, column_encoding={"note": "DELTA_BYTE_ARRAY"})


def one_huge_page(size: int = 5 * _LARGE) -> bytes:
    """Give a page that is packed a thousandfold."""
    return parquet(people(1, note=pa.array(["A" * size])), use_dictionary=False)


def a_footer_that_lies() -> bytes:
    """Give a huge page that the footer says is small."""
    honest = one_huge_page()
    start = len(honest) - 8 - int.from_bytes(honest[-8:-4], "little")
    size = pq.read_metadata(io.BytesIO(honest)).row_group(0).column(7).total_uncompressed_size
    lie = honest[start:].replace(_varint(size), _varint(1 << 21))
    assert lie != honest[start:]
    return honest[:start] + lie


def fixed_width_texts() -> bytes:
    """Give values of a great fixed width, which take that room though they are not there."""
    kind = pa.binary(1024 * 1024)
    return parquet(people(20, note=pa.array([None] * 20, kind)))


def lists_of_nothing() -> bytes:
    """Give a row that holds many millions of nothings."""
    lists = pa.ListArray.from_arrays(pa.array([0, 50_000_000], pa.int32()), pa.nulls(50_000_000, pa.bool_()))
    return parquet(people(1, note=lists))


def a_huge_footer() -> bytes:
    """Give a file that is nothing but its own description."""
    return parquet(people(1).replace_schema_metadata({"note": "A" * 3_000_000}))


def _varint(value: int) -> bytes:
    value <<= 1  # zigzag
    content = bytearray()
    while value > 0x7F:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*content, value])
