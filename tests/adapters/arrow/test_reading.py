from __future__ import annotations

from pathlib import Path

import pytest

from adapters.arrow.reading import Batch, PeopleReader
from domain.errors import InvalidInput
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from domain.people.table_reading import ReadingRules
from tests.support import bombs

RULES = ReadingRules(
    Schema(
        name="test",
        cost=CostColumn("cost"),
        facts=(Fact(name="age", kind=Kind.WHOLE), Fact(name="bmi", kind=Kind.NUMBER, may_be_missing=True)),
    )
)


def batches(file: Path, at_once: int = 9) -> list[Batch]:
    return list(PeopleReader(file, RULES).batches(at_once))


@pytest.mark.parametrize(
    ("name", "content", "broken_line"),
    [
        ("ragged.csv", "age,bmi\n1,2\n1,2,3\n3,4\n", 3),
        ("short.csv", "age,bmi\n1,2\n\n1\n3,4\n", 4),
        ("quotes.csv", 'age,bmi\n1,2\n"1"x,2\n3,4\n', 3),
        ("large.csv", f"age,bmi\n1,2\n{'9' * 200_000},2\n3,4\n", 3),
        ("cut.jsonl", '{"age":1,"bmi":2}\n{"age":\n{"age":3,"bmi":4}\n', 2),
        ("list.jsonl", '{"age":1,"bmi":2}\n\n[1]\n{"age":3,"bmi":4}\n', 3),
        ("deep.jsonl", '{"age":1,"bmi":2}\n{"a":' + "[" * 100_000 + '\n{"age":3,"bmi":4}\n', 2),
        ("bytes.jsonl", b'{"age":1,"bmi":2}\n{"\xff":1}\n{"age":3,"bmi":4}\n', 2),
    ],
)
def test_in_place_of_a_row_that_cannot_be_read_stands_what_is_wrong(tmp_path, name, content, broken_line):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows = [
        (batch.lines[i], broken.code if (broken := batch.broken.get(i)) else batch.row(i))
        for batch in batches(file, at_once=2)
        for i in range(len(batch))
        if batch.lines
    ]
    kind = int if name.endswith("jsonl") else str
    first, last = ({"age": kind(age), "bmi": kind(bmi)} for age, bmi in ((1, 2), (3, 4)))
    assert [row for _, row in rows] == [first, "malformed", last]
    assert rows[1][0] == broken_line


def test_a_quote_that_is_never_closed_costs_the_rows_it_swallows(tmp_path):
    file = tmp_path / "open.csv"
    file.write_text('age,bmi\n1,2\n"3,4\n5,6\n')
    (batch,) = batches(file)
    assert (len(batch), batch.row(0), list(batch.broken)) == (3, {"age": "1", "bmi": "2"}, [1, 2])


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("header.csv", b"1,2\n3,4\n"), ("text.csv", b"age\n\x81\n"), ("no.parquet", b"x")],
)
def test_a_file_that_as_a_whole_cannot_be_read_is_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=name):
        batches(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("line.csv", b"age\n" + b"1" * 2_000_000, "line 2 has more than 1,048,576 characters"),
        ("line.jsonl", b'{"age":1}\n' + b" " * 2_000_000, "line 2 has more than 1,048,576 characters"),
        ("text.parquet", bombs.one_text_in_many_rows(), "column 'note' has a cell of 4,194,304 bytes"),
    ],
)
def test_a_file_that_would_fill_memory_is_refused(tmp_path, name, content, why):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=f"{name}: {why}"):
        batches(tmp_path / name, at_once=65_536)


def test_an_object_of_more_keys_than_a_table_has_columns_is_a_broken_row(tmp_path):
    file = tmp_path / "keys.jsonl"
    file.write_text("{" + ",".join(f'"k{i}":1' for i in range(10_001)) + '}\n{"age":1}\n')
    (batch,) = batches(file)
    assert (list(batch.broken), batch.row(1)) == ([0], {"age": 1})
