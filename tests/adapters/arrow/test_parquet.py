"""Parquet within bounds: what a file may make of memory, and that honest files are read as they are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.arrow.parquet import LONGEST_CELL, BoundedParquet, Bounds
from domain.errors import UnreadableFile
from tests.support import bombs

MB = 1024 * 1024


def opened(content: bytes, bounds: Bounds | None = None) -> BoundedParquet:
    return BoundedParquet(pa.BufferReader(content), bounds=bounds or Bounds())


def largest_rise(batches: Iterator[pa.RecordBatch]) -> int:
    """Read to the end, and give how much more memory that took at any time."""
    before = pa.total_allocated_bytes()
    return max(pa.total_allocated_bytes() - before for _ in batches)


def read(content: bytes) -> pa.Table:
    file = opened(content)
    return pa.Table.from_batches(file.plain(65_536), file.types)


@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        (bombs.one_text_in_many_rows, "column 'note' has a cell of 4,194,304 bytes"),
        (lambda: bombs.one_text_in_many_rows(size=20 * MB), "a page of column 'note' unpacks"),
        (bombs.texts_by_difference, "column 'note' is encoded by differences"),
        (bombs.one_huge_page, "a page of column 'note' unpacks"),
        (bombs.a_footer_that_lies, "a page of column 'note' unpacks"),
        (bombs.fixed_width_texts, "column 'note' has a cell of 1,048,576 bytes"),
        (bombs.lists_of_nothing, "its columns need"),
        (bombs.a_huge_footer, "the description at the end of the file has"),
    ],
    ids=["dictionary", "dictionary-page", "difference", "page", "lie", "fixed", "list", "footer"],
)
def test_a_file_that_would_fill_memory_is_refused_in_a_sentence(bomb: Callable[[], bytes], why: str):
    content = bomb()
    with pytest.raises(UnreadableFile, match=why) as refused:
        list(opened(content).plain(65_536))
    assert "\n" not in str(refused.value)


def test_rows_times_the_longest_text_never_exceed_the_bound_of_a_batch():
    content = bombs.one_text_in_many_rows(rows=1_000, size=LONGEST_CELL)
    assert largest_rise(opened(content, Bounds(batch=8 * MB)).plain(65_536)) < 32 * MB


def test_a_batch_has_fewer_rows_where_different_texts_are_long():
    texts = pa.array([f"{i}{'x' * 100_000}" for i in range(200)])
    content = bombs.parquet(bombs.people(200, note=texts), use_dictionary=False, write_batch_size=10)
    sizes = [len(batch) for batch in opened(content, Bounds(batch=8 * MB)).batches(200)]
    assert max(sizes) < 80
    assert sum(sizes) == 200


def test_too_many_columns_or_pages_together_are_refused():
    wide = bombs.parquet(pa.table({f"c{i}": ["x" * 100_000] for i in range(40)}))
    with pytest.raises(UnreadableFile, match="40 columns; 39 are allowed"):
        opened(wide, Bounds(columns=39))
    with pytest.raises(UnreadableFile, match="at a time"):
        opened(wide, Bounds(pages=1 * MB))
    with pytest.raises(UnreadableFile, match="unpacked, the file has"):
        opened(wide, Bounds(total=1 * MB))


def test_a_column_that_is_not_needed_is_never_unpacked():
    content = bombs.one_text_in_many_rows()
    file = BoundedParquet(pa.BufferReader(content), needed={"age", "sex"}.__contains__)
    assert [batch.to_pylist()[0] for batch in file.plain(2_000)] == [{"age": 40, "sex": "female"}]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("store_schema", [True, False])
def test_an_honest_file_is_read_as_arrow_reads_it(version, store_schema):
    table = pa.table(
        {
            "text": ["a", None, "b"],
            "long": pa.array(["a", "b", None], pa.large_string()),
            "view": pa.array(["a", "b", "a"], pa.string_view()),
            "bytes": [b"1", b"2", None],
            "fixed": pa.array([b"12", b"34", None], pa.binary(2)),
            "coded": pa.array(["x", "y", "x"]).dictionary_encode(),
            "time": pa.array([1, 2, None], pa.timestamp("us")),
            "truth": [True, False, None],
            "list": [["a", None], None, []],
            "struct": [{"x": "a", "y": 1}, {"x": None, "y": 2}, None],
            "map": pa.array([[("k", "v")], [], None], pa.map_(pa.string(), pa.string())),
            "a.name": ["a", "b", "c"],
        }
    )
    content = bombs.parquet(table, data_page_version=version, store_schema=store_schema, row_group_size=2)
    assert read(content).to_pylist() == table.to_pylist()
    # Arrow itself gives a dictionary of each row group; types are the same
    assert read(content).schema.types == pq.read_table(io.BytesIO(content)).schema.types


def test_small_groups_of_rows_come_together_and_large_ones_apart():
    table = pa.table({"age": range(80), "name": [f"person {i}" for i in range(80)]})
    for size in (1, 3, 7, 80):
        batches = list(opened(bombs.parquet(table, row_group_size=size)).plain(8))
        assert [len(batch) for batch in batches] == [8] * 10
        assert pa.Table.from_batches(batches).equals(table)


def test_texts_in_lists_are_read_where_their_dictionary_was_given_up():
    table = pa.table({"seen": [[f"code {i}", None, "x"] for i in range(5_000)]})
    content = bombs.parquet(table, dictionary_pagesize_limit=2_000, data_page_size=5_000, row_group_size=2_000)
    assert read(content).equals(table)


def test_texts_with_their_lengths_apart_are_read():
    table = pa.table({"note": [f"{i}" for i in range(1_000)]})
    content = bombs.parquet(table, use_dictionary=False, column_encoding={"note": "DELTA_LENGTH_BYTE_ARRAY"})
    assert read(content).equals(table)


def test_damage_anywhere_in_a_file_is_no_other_error_than_an_unreadable_file():
    content = bombs.parquet(bombs.people(100, note=pa.array([f"{i}" for i in range(100)])))
    for at in range(4, len(content), 7):
        damaged = content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
        with suppress(UnreadableFile):
            read(damaged)
