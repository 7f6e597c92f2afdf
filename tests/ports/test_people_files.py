"""What the port `people_files` promises, over files that people really bring."""

from __future__ import annotations

import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.pyarrow.people_files import MOST_ROWS, ArrowPeopleFiles
from domain.errors import FieldError, Flaw, UnreadableFile

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


def rows(content: str | bytes, at_once: int = 100) -> list[object]:
    return [row for batch in FILES.read(given(content)).batches(at_once) for row in batch]


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


def test_a_row_with_too_few_cells_stands_where_it_is():
    first, broken, last = rows("a,b\n1,2\n3\n5,6\n")
    assert (first, last) == ({"a": "1", "b": "2"}, {"a": "5", "b": "6"})
    assert isinstance(broken, FieldError)
    assert broken.detail == "line 3 has 1 cells, the first line 2"


def test_many_read_one_table_at_once_each_from_the_start():
    table = FILES.read(given("a\n" + "\n".join(map(str, range(5_000)))))
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
        (b"age\n\xff\n", Flaw.ENCODING),
        (b"age,age\n1,2\n", Flaw.BROKEN),
        (b"age\n" + b'"' + b"x" * 200_000, Flaw.BROKEN),
        (b"PAR1 and nothing more", Flaw.BROKEN),
        (parquet(age=[40])[:-9] + b"\xff" * 5 + b"PAR1", Flaw.BROKEN),
        (parquet(age=[[40, 41]]), Flaw.BROKEN),
        (b"a\n" + b"1\n" * (MOST_ROWS + 1), Flaw.LARGE),
        (b",".join(b"%d" % n for n in range(500)) + b"\n", Flaw.LARGE),
    ],
    ids=range(13),
)
def test_a_file_that_is_no_table_of_people_is_refused(content: bytes, flaw: Flaw):
    with pytest.raises(UnreadableFile) as refused:
        rows(content, at_once=10_000)
    assert refused.value.flaw is flaw


def test_a_small_parquet_file_that_unpacks_to_gigabytes_is_refused():
    file = io.BytesIO()
    blown = pa.table({"age": ["x" * 30_000_000]})
    with pq.ParquetWriter(file, blown.schema, compression="zstd", use_dictionary=False, write_statistics=False) as to:
        for _ in range(20):
            to.write_table(blown)
    assert len(file.getvalue()) < 1_000_000
    with pytest.raises(UnreadableFile) as refused:
        FILES.read(given(file.getvalue()))
    assert refused.value.flaw is Flaw.LARGE


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_written_is_read_again(kind: str):
    pieces = FILES.write(kind, ["who", "cost"], [[], [{"who": "Ann, 40", "cost": 1.5}], [{"who": "Bo", "cost": 2.5}]])
    back = rows(b"".join(pieces))
    costs = ["1.5", "2.5"] if kind == "csv" else [1.5, 2.5]
    assert back == [{"who": "Ann, 40", "cost": costs[0]}, {"who": "Bo", "cost": costs[1]}]


def test_columns_are_there_though_no_row_is():
    assert b"".join(FILES.write("csv", ["a", "b"], [])) == b"a,b\n"
    assert pq.read_schema(io.BytesIO(b"".join(FILES.write("parquet", ["a", "b"], [])))).names == ["a", "b"]
