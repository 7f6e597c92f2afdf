"""Text files in the dialects and encodings in which people have them."""

from __future__ import annotations

import io

import pytest

from adapters.arrow.text_rows import TextRows
from domain.errors import Flaw, UnreadableFile
from domain.people.notes import NO_NAME

NAMES = frozenset({"age", "sex", "bmi"})


def opened(content: str | bytes, encoding: str = "utf-8") -> TextRows:
    data = content.encode(encoding) if isinstance(content, str) else content
    return TextRows(lambda: io.BytesIO(data), lambda name: name.casefold() in NAMES)


def rows(table: TextRows) -> list[tuple[int, list[object]]]:
    return [(row.line, list(row.cells)) for row in table.rows() if row.broken is None]


def notes(table: TextRows) -> list[str]:
    return [note.sentence for note in table.notes]


@pytest.mark.parametrize(
    "content",
    [
        "age,sex,bmi\n44,f,27.1\n51,m,31.4\n",
        "age;sex;bmi\r\n44;f;27.1\r\n51;m;31.4",
        "age\tsex\tbmi\r44\tf\t27.1\r51\tm\t31.4\r",
        "age|sex|bmi\n44|f|27.1\n51|m|31.4\n",
        ' age , "sex",bmi \n 44, f, 27.1\n"51",m,31.4\n',
        "age,sex,bmi\n44,f,27.1\n,,\n\n51,m,31.4\n,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_one_table_in_many_dialects_and_encodings(content: str, encoding: str) -> None:
    table = opened(content, encoding) if encoding != "utf-32" else opened(content.encode("utf-32"))
    assert list(table.names) == ["age", "sex", "bmi"]
    assert [cells for _, cells in rows(table)] == [["44", "f", "27.1"], ["51", "m", "31.4"]]
    assert not table.notes


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    table = opened("age;sex;bmi;cost\n44;f;27,1;8211,40\n51;m;31,4;41020,10\n")
    assert [cells for _, cells in rows(table)] == [["44", "f", "27,1", "8211,40"], ["51", "m", "31,4", "41020,10"]]


def test_a_line_that_names_the_separator_is_no_header() -> None:
    table = opened("sep=;\nage;sex;bmi\n44;f;27,1\n")
    assert (table.header, rows(table), table.notes) == (2, [(3, ["44", "f", "27,1"])], ())


@pytest.mark.parametrize(
    "title", ["Extract of claims 2024\n\n", "Claims, of 2024,\nage group: adults\n", '"Claims\nof two lines",,\n,,\n']
)
def test_title_lines_are_named_and_skipped(title: str) -> None:
    table = opened(title + "age,sex,bmi\n44,f,27.1\n")
    assert rows(table) == [(4, ["44", "f", "27.1"])] if "two" not in title else [(3, ["44", "f", "27.1"])]
    assert notes(table)[0].startswith("line 1 is no header and was skipped: ")


def test_without_known_names_the_first_full_line_is_the_header() -> None:
    table = opened("Extract\n\nwho,when,what\na,2024,x\nb,2025,y\n")
    assert (table.header, list(table.names)) == (3, ["who", "when", "what"])


def test_a_word_among_the_values_is_no_header() -> None:
    table = opened("who,what,when\na,x,1\nb,age,2\nc,y,3\n")
    assert (table.header, len(rows(table))) == (1, 3)
    assert opened("who,what,age\nsex,x,1\nb,bmi,2\n").header == 1


@pytest.mark.parametrize("content", ["44,f,27.1\n51,m,31.4\n", "44;f;27,1\n;m;31,4\n", "1,2\n", "\n44,f,27.1\n51,,\n"])
def test_a_missing_header_is_refused_with_what_to_do(content: str) -> None:
    with pytest.raises(UnreadableFile, match=r"holds values where the names .*: put a line of names above it") as no:
        opened(content)
    assert no.value.flaw is Flaw.EMPTY


def test_years_may_be_names_of_columns() -> None:
    assert list(opened("age,2023,2024\n44,1.5,2\n").names) == ["age", "2023", "2024"]


def test_columns_without_a_name_are_called_so() -> None:
    table = opened(",age,sex,,bmi\n0,44,f,,27.1\n")
    assert list(table.names) == [NO_NAME, "age", "sex", f"{NO_NAME} 4", "bmi"]
    assert notes(table)[0] == "column 1 has no name in the header and is ignored; here it is called (no name)"


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="two columns are called 'age': rename one of them"):
        opened("age,sex,age\n44,f,45\n")


def test_short_and_long_rows_are_refused_by_their_line() -> None:
    table = opened("age,sex,bmi\n44,f,27.1\n51,m\n\n38,f,24.9,1\n")
    broken = [(row.line, list(row.cells), row.broken.detail) for row in table.rows() if row.broken]
    assert broken == [
        (3, ["51", "m"], "2 fields, the header has 3"),
        (5, ["38", "f", "24.9", "1"], "4 fields, the header has 3"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "age,sex,bmi\n44,f,27.1,\n51,m,31.4,\n",
        "age;sex;bmi\n44;f;27.1; ;\n51;m;31.4;;\n",
    ],
)
def test_a_delimiter_that_ends_most_lines_makes_no_column(content: str) -> None:
    table = opened(content)
    assert list(table.names) == ["age", "sex", "bmi"]
    assert rows(table) == [(2, ["44", "f", "27.1"]), (3, ["51", "m", "31.4"])]


def test_what_stands_behind_the_last_named_cell_is_refused_and_not_dropped() -> None:
    table = opened("age,sex,bmi\n44,f,27.1,\n51,m,31.4,\n60,f,30,\n38,f,24,9\n")
    assert [line for line, _ in rows(table)] == [2, 3, 4]
    assert [row.line for row in table.rows() if row.broken] == [5]


def test_a_row_with_one_empty_cell_more_than_the_others_is_refused() -> None:
    table = opened("age,sex,bmi\n44,f,27.1\n51,m,31.4\n38,f,24.9,\n")
    assert [row.line for row in table.rows() if row.broken] == [4]


def test_a_delimiter_that_ends_only_the_header_makes_no_row_short() -> None:
    table = opened("age,sex,bmi,,\n44,f,27.1\n51,m,31.4,\n38,f\n")
    assert [(line, cells[:3]) for line, cells in rows(table)] == [(2, ["44", "f", "27.1"]), (3, ["51", "m", "31.4"])]
    assert [row.line for row in table.rows() if row.broken] == [4]


@pytest.mark.parametrize(
    "content", ["age sex bmi\n44 f 27.1\n", "who what when\na x 1\nb y 2\n", "age:sex:bmi sex age\n", '"age,sex,bmi"\n']
)
def test_cells_that_another_character_separates_are_refused_with_what_to_do(content: str) -> None:
    with pytest.raises(UnreadableFile, match=r"line 1 names one column only .*: separate cells by") as refused:
        opened(content)
    assert refused.value.flaw is Flaw.BROKEN


def test_a_table_of_one_column_is_one() -> None:
    assert list(opened("full name\nAnn Lee\nBo\n").names) == ["full name"]


def test_a_damaged_row_spoils_no_other() -> None:
    table = opened('age,sex,bmi\n44,f,27.1\n51,"m"x,31.4\n38,f,24.9\n')
    assert [line for line, _ in rows(table)] == [2, 4]
    assert [row.line for row in table.rows() if row.broken] == [3]


def test_each_line_that_an_open_quotation_mark_takes_in_counts_as_a_bad_row() -> None:
    table = opened('age,sex,bmi\n44,f,27.1\n51,"m,31.4\n38,f,24.9\n39,f,24.9\n')
    assert [line for line, _ in rows(table)] == [2]
    broken = [(row.line, row.broken.detail) for row in table.rows() if row.broken]
    assert [line for line, _ in broken] == [3, 4, 5]
    assert "is a quotation mark opened here that nothing closes?" in broken[0][1]
    assert broken[2][1] == "cannot be read: it stands behind a quotation mark that line 3 opens"


def test_lines_that_hold_nothing_are_left_out() -> None:
    table = opened("age,sex,bmi\n44,f,27.1\n   \n , ,\n51,m,31.4\n\x1a")
    assert [line for line, _ in rows(table)] == [2, 5]
    assert not [row for row in table.rows() if row.broken]


def test_windows_letters_are_read_and_named() -> None:
    table = opened("age,sex,bmi,place\n44,f,27.1,Málaga\n", "cp1252")
    assert rows(table) == [(2, ["44", "f", "27.1", "Málaga"])]
    assert notes(table) == ["the file is not UTF-8 and was read as Windows-1252: check letters with accents"]


def test_a_letter_that_lies_across_two_pieces_is_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "age,sex,bmi,place\n" + "44,f,27.1,x\n" * 400
    for shift in range(4):
        content = long + " " * shift + "44,f,27.1,Málaga é\n" * 2_000
        assert not opened(content).notes


@pytest.mark.parametrize(
    ("content", "flaw", "message"),
    [
        (b"age,sex\n44,\x81\n", Flaw.ENCODING, "line 2 is neither UTF-8 nor Windows-1252"),
        ("age,sex\n44,ñ\n".encode() + b"45,\xff\n", Flaw.ENCODING, "line 3 is neither UTF-8"),
        ("age,sex\n44,f\n".encode("utf-16") + b"\x00\xd8\x00\x00", Flaw.ENCODING, "not UTF-16 text"),
        (b"", Flaw.EMPTY, "no line names columns"),
        (b"\n \n,,\n", Flaw.EMPTY, "no line names columns"),
        (b"\x1f\x8b\x08 packed", Flaw.KIND, "a compressed file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Flaw.KIND, "save it as .xlsx or CSV"),
        (b"\x89PNG\0\0\1\2", Flaw.KIND, "binary data"),
        (b"$FL2@(#) SPSS DATA FILE", Flaw.KIND, "an SPSS file .*: save it as CSV"),
        (b'[{"age": 44}]', Flaw.KIND, "no table but JSON: save it as CSV"),
        (b'\xef\xbb\xbf{"age": 44}\n', Flaw.KIND, "no table but JSON"),
        (b"\n<!DOCTYPE html>\n<table>", Flaw.KIND, "no table but HTML or XML: save it as CSV"),
        (b"age\n" + b"x" * 2_000_000, Flaw.LARGE, "line 2 has more than"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, flaw: Flaw, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message) as refused:
        rows(opened(content))
    assert refused.value.flaw is flaw
