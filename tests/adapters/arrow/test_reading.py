from __future__ import annotations

import pytest

from adapters.arrow.reading import read_batches
from domain.errors import FieldError, InvalidInput


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
    first, broken, last = [row for batch in read_batches(file, at_once=2) for row in batch.rows]
    assert (first, last) == ({"age": 1, "bmi": 2}, {"age": 3, "bmi": 4})
    assert isinstance(broken, FieldError)
    assert broken.code == "malformed"
    assert f"line {broken_line} " in broken.detail


def test_a_quote_that_is_never_closed_costs_the_rows_it_swallows(tmp_path):
    file = tmp_path / "open.csv"
    file.write_text('age,bmi\n1,2\n"3,4\n5,6\n')
    first, broken = next(read_batches(file, at_once=9)).rows
    assert first == {"age": 1, "bmi": 2}
    assert isinstance(broken, FieldError)


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("header.csv", b'"age"x\n1\n'), ("text.csv", b"age\n\xff\n"), ("no.parquet", b"x")],
)
def test_a_file_that_as_a_whole_cannot_be_read_is_refused_by_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=name):
        list(read_batches(tmp_path / name, at_once=2))
