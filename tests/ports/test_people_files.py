"""What the port `people_files` promises, over files that people really bring."""

from __future__ import annotations

import io
import math
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.arrow.people_files import ArrowPeopleFiles
from domain.errors import Flaw, UnreadableFile
from domain.people.people_table import Line
from tests.support import bombs
from tests.support.default_schema import DEFAULT

FILES = ArrowPeopleFiles()


def given(content: str | bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write(content.encode() if isinstance(content, str) else content)
    file.flush()
    return file


def parquet(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def lines(content: str | bytes, at_once: int = 100) -> list[Line]:
    return [line for batch in FILES.read(given(content), DEFAULT).batches(at_once) for line in batch]


def rows(content: str | bytes, at_once: int = 100) -> list[object]:
    return [line.cells for line in lines(content, at_once)]


@pytest.mark.parametrize(
    "content",
    [
        "age,sex\n40,f\n41,m\n",
        "age;sex\r\n40;f\r\n41;m",
        "\ufeffage\tsex\n40\tf\n\n41\tm\n",
        ' age , "sex"\n40, f\n41, m',
    ],
)
def test_csv_as_spreadsheets_of_several_countries_write_it(content: str):
    assert rows(content) == [{"age": "40", "sex": "f"}, {"age": "41", "sex": "m"}]


def test_parquet_keeps_its_types():
    assert rows(parquet(age=[40, None], smokes=[True, False])) == [
        {"age": 40, "smokes": True},
        {"age": None, "smokes": False},
    ]


def test_a_row_with_too_few_cells_keeps_its_line_and_what_it_has():
    first, broken, last = lines("a,b\n1,2\n3\n5,6\n")
    assert (first, last) == (Line(2, {"a": "1", "b": "2"}), Line(4, {"a": "5", "b": "6"}))
    assert (broken.number, broken.cells) == (3, {"a": "3"})
    assert broken.broken
    assert broken.broken.detail == "1 fields, the header has 2"


def test_a_row_that_is_damaged_spoils_no_other():
    first, broken, last = lines('a,b\n1,2\n"' + "x" * 200_000 + "\n5,6\n")[:3]
    assert (first.cells, broken.number, broken.cells) == ({"a": "1", "b": "2"}, 3, {})
    assert broken.broken
    assert last.number > broken.number


def test_lines_are_numbered_as_a_spreadsheet_numbers_them():
    csv = 'age,note\n\n40,"two\nlines"\n\n\n41,x\n'
    assert [line.number for line in lines(csv)] == [3, 6]
    assert [line.number for line in lines(csv, at_once=1)] == [3, 6]
    assert [line.number for line in lines(parquet(age=[40, 41, 42]), at_once=2)] == [2, 3, 4]


def test_a_title_above_the_names_of_the_columns_is_skipped():
    table = FILES.read(given("Extract of claims, 2024\n\nage,sex,bmi,smoker,region\n44,f,27.1,no,NE\n"), DEFAULT)
    assert (table.header, table.columns) == (3, ["age", "sex", "bmi", "smoker", "region"])
    assert [line.number for batch in table.batches(10) for line in batch] == [4]


def test_columns_without_a_name_are_told_apart():
    assert FILES.read(given(",age,,\n0,44,,\n"), DEFAULT).columns == ["(no name)", "age", "(no name) 3", "(no name) 4"]


@pytest.mark.parametrize("content", ["a;b\n1,5;2,5\n", "age;bmi\n44;27,1\n51;31,4\n"])
def test_decimal_commas_do_not_hide_the_semicolon(content: str):
    assert len(FILES.read(given(content), DEFAULT).columns) == 2


def test_numbers_in_place_of_the_names_of_columns_are_refused():
    with pytest.raises(UnreadableFile, match="line 1 holds values where the names"):
        FILES.read(given("44,1,27.1\n51,0,31.4\n"), DEFAULT)


def test_many_read_one_table_at_once_each_from_the_start():
    table = FILES.read(given("a\n" + "\n".join(map(str, range(5_000)))), DEFAULT)
    with ThreadPoolExecutor(4) as threads:
        seen = list(
            threads.map(lambda at_once: [row for batch in table.batches(at_once) for row in batch], (7, 100, 999))
        )
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 5_000


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", Flaw.EMPTY),
        (b"\n1,2\n", Flaw.EMPTY),
        (parquet(age=[]), Flaw.EMPTY),
        (b"\x1f\x8b\x08 packed", Flaw.KIND),
        (b"\x89PNG\0\0", Flaw.KIND),
        (b"age\n\x81\n", Flaw.ENCODING),
        (b"age,age\n1,2\n", Flaw.BROKEN),
        (b"PAR1 and nothing more", Flaw.BROKEN),
        (parquet(age=[40])[:-9] + b"\xff" * 5 + b"PAR1", Flaw.BROKEN),
        (parquet(age=[[40, 41]]), Flaw.BROKEN),
        (b",".join(b"a%d" % n for n in range(500)) + b"\n", Flaw.LARGE),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_table_of_people_is_refused(content: bytes, flaw: Flaw):
    with pytest.raises(UnreadableFile) as refused:
        rows(content, at_once=10_000)
    assert refused.value.flaw is flaw


@pytest.mark.parametrize("content", [b"a\n" + b"1\n" * 101, parquet(a=[1] * 101)], ids=["text", "parquet"])
def test_a_file_of_more_rows_than_allowed_is_refused(content: bytes):
    with pytest.raises(UnreadableFile, match="more than 100 rows") as refused:
        deque(ArrowPeopleFiles(most_rows=100).read(given(content), DEFAULT).batches(50), maxlen=0)
    assert refused.value.flaw is Flaw.LARGE
    assert FILES.most_rows == 1_000_000
    assert len(rows(content)) == 101


@pytest.mark.parametrize(
    "bomb",
    [
        bombs.one_text_in_many_rows(),
        bombs.one_huge_page(),
        bombs.a_footer_that_lies(),
        bombs.a_huge_footer(),
        bombs.one_text_in_many_rows(rows=10_000, size=100_000),
        b"a\n" + b"x" * 2_000_000,
        b"x" * 2_000_000,
    ],
    ids=["text", "page", "lie", "footer", "texts", "line", "first-line"],
)
def test_a_file_that_would_fill_memory_or_a_disk_is_refused(bomb: bytes):
    with pytest.raises(UnreadableFile) as refused:
        deque(FILES.read(given(bomb), DEFAULT).batches(1_000), maxlen=0)
    assert refused.value.flaw in (Flaw.LARGE, Flaw.BROKEN)


def test_rows_of_one_long_text_come_in_batches_that_may_be_written_out():
    sizes = [
        len(batch) for batch in FILES.read(given(bombs.one_text_in_many_rows(size=100_000)), DEFAULT).batches(1_000)
    ]
    assert max(sizes) < 200
    assert sum(sizes) == 1_000


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_what_is_written_is_read_again(kind: str):
    answered = [[], [{"who": "Ann, 40", "cost": 1.5}], [{"who": "Bo", "cost": 2.5}]]
    pieces = FILES.write(kind, ["who", "cost"], answered, {})
    back = rows(b"".join(pieces))
    costs = ["1.5", "2.5"] if kind == "csv" else [1.5, 2.5]
    assert back == [{"who": "Ann, 40", "cost": costs[0]}, {"who": "Bo", "cost": costs[1]}]


def test_columns_are_there_though_no_row_is():
    assert b"".join(FILES.write("csv", ["a", "b"], [], {})) == b"a,b\n"
    assert pq.read_schema(io.BytesIO(b"".join(FILES.write("parquet", ["a", "b"], [], {})))).names == ["a", "b"]


def test_a_column_of_numbers_stays_one_though_its_first_rows_are_empty():
    batches = [[{"cost": None, "version": None}], [{"cost": 1.5, "version": 3}]]
    written = b"".join(FILES.write("parquet", ["cost", "version"], batches, {"cost": float, "version": int}))
    assert pq.read_table(io.BytesIO(written)).to_pylist() == [*batches[0], *batches[1]]


def written_as_parquet(*cells: object) -> pa.Table:
    """Write a column whose cells come one after another, and return it as it is read again."""
    return pq.read_table(io.BytesIO(b"".join(FILES.write("parquet", ["a"], [[{"a": cell}] for cell in cells], {}))))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((27, 27.9), [27.0, 27.9]),
        ((None, 1.5), [None, 1.5]),
        ((1, "N/A"), ["1", "N/A"]),
        ((True, 3), ["true", "3"]),
        ((2**60, 0.5), [str(2**60), "0.5"]),
        ((10**25, None), [str(10**25), None]),
        ((Decimal("1.5"), Decimal("100.25")), ["1.5", "100.25"]),
        ((b"ab", "c"), ["ab", "c"]),
    ],
)
def test_a_column_that_changes_its_type_loses_nothing_in_parquet(cells: tuple[object, ...], expected: list[object]):
    assert written_as_parquet(*cells).column("a").to_pylist() == expected


def test_cells_of_several_types_in_one_batch_become_texts_in_parquet():
    written = b"".join(FILES.write("parquet", ["a"], [[{"a": 1}, {"a": "N/A"}]], {}))
    assert pq.read_table(io.BytesIO(written)).column("a").to_pylist() == ["1", "N/A"]


def test_times_decimals_and_what_is_no_number_are_written_to_a_workbook():
    when = pa.array([1], pa.timestamp("ns")).to_pylist()[0]
    batch = [{"when": datetime(2020, 1, 31, 12, tzinfo=UTC), "exact": when, "cost": Decimal("1.25"), "odd": math.nan}]
    (line,) = lines(b"".join(FILES.write("xlsx", ["when", "exact", "cost", "odd", "last"], [batch], {})))
    back = line.cells
    assert back["when"] == "2020-01-31 12:00:00+00:00"
    assert str(back["exact"]).startswith("1970-01-01")
    assert (back["cost"], back["odd"]) == (1.25, None)


def test_texts_that_parquet_holds_as_bytes_are_texts():
    content = parquet(who=pa.array([b"Ann", None]), code=pa.array([b"\xff", b"a"]))
    assert rows(content) == [{"who": "Ann", "code": b"\xff"}, {"who": None, "code": b"a"}]
