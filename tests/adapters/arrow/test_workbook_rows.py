"""Sheets of Excel workbooks, and workbooks that would fill memory."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from adapters.arrow.workbook_rows import WorkbookRows
from domain.errors import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = frozenset({"age", "sex", "bmi"})
HEADER = ("age", "sex", "bmi", "seen")
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TEXTS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml"'
    b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    assert book.active
    book.remove(book.active)
    for i, lines in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {i + 1}")
        for line in lines:
            sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(content: bytes, sheet: str = "") -> WorkbookRows:
    return WorkbookRows(lambda: io.BytesIO(content), NAMES.__contains__, sheet)


def rows(table: WorkbookRows) -> list[tuple[int, list[object]]]:
    return [(row.line, list(row.cells)) for row in table.rows() if row.broken is None]


def with_parts(content: bytes, **changed: bytes) -> bytes:
    """Exchange parts of a workbook, each named by the last word of its path; shared texts are added."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, changed[stem] if stem in changed else old.read(name).replace(b"</Types>", TEXTS_TYPE))
        new.writestr("xl/sharedStrings.xml", changed.get("sharedStrings", b"<sst %s/>" % MAIN))
    return file.getvalue()


def sheet_of(*pieces: bytes) -> bytes:
    return b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (MAIN, b"".join(pieces))


def test_cells_have_the_types_of_the_sheet() -> None:
    day, moment = dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 14, 30)  # noqa: DTZ001  # sheets know no time zones
    table = opened(workbook([HEADER, (44, "f", 27.1, day), (51, " m ", "31,4", moment), (True, "#N/A", None, "x")]))
    assert list(table.names) == list(HEADER)
    assert rows(table) == [
        (2, [44, "f", 27.1, "2024-03-01"]),
        (3, [51, "m", "31,4", "2024-03-01T14:30:00"]),
        (4, [True, "#N/A", None, "x"]),
    ]


def test_titles_empty_rows_and_short_rows() -> None:
    lines = [("Claims of 2024",), (), HEADER, (44, "f", 27.1), (), (51, "m", 31.4, None, "late"), (38,)]
    table = opened(workbook(lines))
    assert rows(table) == [(4, [44, "f", 27.1, None]), (7, [38, None, None, None])]
    assert [(row.line, row.broken.detail) for row in table.rows() if row.broken] == [(6, "5 fields, the header has 4")]
    assert [note.sentence for note in table.notes] == ["line 1 is no header and was skipped: Claims of 2024"]


def test_the_first_sheet_is_read_unless_another_is_named() -> None:
    content = workbook([HEADER, (44,)], [HEADER, (51,)])
    assert rows(opened(content))[0][1][0] == 44
    assert rows(opened(content, "Sheet 2"))[0][1][0] == 51
    assert [note.sentence for note in opened(content).notes] == ["the workbook has 2 sheets; 'Sheet 1' was read"]
    with pytest.raises(UnreadableFile, match="no sheet 'Claims': choose one of Sheet 1, Sheet 2"):
        opened(content, "Claims")


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (workbook([]), Flaw.EMPTY),
        (workbook([(44, 1, 27.1), (51, 0, 31.4)]), Flaw.EMPTY),
        (workbook([("age", "age"), (44, 45)]), Flaw.BROKEN),
        (workbook([HEADER, (44,)])[:-30], Flaw.BROKEN),
        (b"PK\x03\x04 and nothing more", Flaw.BROKEN),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, flaw: Flaw) -> None:
    with pytest.raises(UnreadableFile) as refused:
        rows(opened(content))
    assert refused.value.flaw is flaw


def test_texts_that_cells_share_are_read() -> None:
    texts = b"<sst %s><si><t>age</t></si><si><r><t>fe</t></r><r><t>male</t></r></si></sst>" % MAIN
    lines = (
        b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>sex</t></is></c></row>',
        b'<row r="3"><c r="A3"><v>44</v></c><c r="B3" t="s"><v>1</v></c></row>',
    )
    assert rows(opened(with_parts(workbook([HEADER]), sheet1=sheet_of(*lines), sharedStrings=texts))) == [
        (3, [44, "female"])
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"sheet1": sheet_of(b"<row>", b"<c/>" * 2_000_000, b"</row>")},
        {"sheet1": sheet_of(b'<row r="1"><c r="A1" t="str"><v>', b"x" * 20_000_000, b"</v></c></row>")},
        {"sheet1": sheet_of(b'<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')},
        {"sheet1": sheet_of(b'<row r="1"><c r="A1" t="str"><v>age</v></c></row><row r="999999999999"/>')},
        {"sharedStrings": b"<sst %s><si>%s</si></sst>" % (MAIN, b"<t/>" * 2_000_000)},
        {"styles": b"<styleSheet %s>%s</styleSheet>" % (MAIN, b"<x/>" * 1_000_000)},
        {"workbook": b'<!DOCTYPE a [<!ENTITY b "bb">]><workbook/>'},
    ],
    ids=["cells", "text", "column", "gap", "texts", "styles", "entities"],
)
def test_a_workbook_that_would_fill_memory_is_refused(changed: dict[str, bytes]) -> None:
    bomb = with_parts(workbook([HEADER, (44, "f")]), **changed)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile) as refused:
            rows(opened(bomb))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.flaw in (Flaw.LARGE, Flaw.BROKEN)
    assert peak < 50_000_000
