"""Every writer of reports writes every figure, the same each time, and text as text."""

import io
import re
from dataclasses import replace
from html import unescape

import msgspec
import openpyxl
import pytest

from adapters.common.report_tables import report_tables
from adapters.jinja.report_page import ReportPage
from adapters.msgspec.report_document import ReportDocument
from adapters.openpyxl.report_workbook import ReportWorkbook
from domain.models.actuarial_report import ActuarialReport
from domain.models.scores import ZeroScores
from tests.support.reports import REPORT

WRITERS = {".html": ReportPage(), ".xlsx": ReportWorkbook(), ".json": ReportDocument()}


@pytest.fixture(scope="module", params=WRITERS.values(), ids=list(WRITERS))
def writer(request):
    return request.param


@pytest.fixture(scope="module")
def contents():
    """The report as each writer writes it, by ending; written once, as a page takes a second to draw."""
    return {ending: each.write(REPORT) for ending, each in WRITERS.items()}


@pytest.fixture(scope="module")
def written(writer, contents):
    return texts(contents[writer.ending], writer.ending)


def texts(content, ending):
    """Return all text of a file."""
    if ending == ".xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
        return " | ".join(str(value) for value in cells if value is not None)
    return unescape(content.decode())


def test_the_ending_names_the_kind(writer):
    assert WRITERS[writer.ending] is writer


@pytest.mark.parametrize(
    "figure", ["4321", "0.1234", "0.1345", "0.0871", "0.8123", "0.2456", "0.111", "0.913", "12345", "0.187", "0.887"]
)
def test_figures_are_written(written, figure):
    value = float(figure)
    forms = {figure, f"{value:.1f}", f"{value:,.0f}", f"{value:.3f}", f"{value:.1%}"} - {"0", "0.1", "0.2"}
    assert forms & set(re.findall(r"\d[\d.,]*\d%?", written))


@pytest.mark.parametrize("words", ["smoker=yes", "race", "<b>other", "version 6 (linear)", "1975", "hurdle", "EUR"])
def test_words_are_written(written, words):
    assert words in written


def test_limits_and_data_are_told(written):
    assert "It does not show what causes a cost." in written
    assert "SUM(A1), a file" in written
    assert "cd" * 32 in written


def test_the_same_report_is_written_the_same(writer, written):
    assert texts(writer.write(REPORT), writer.ending) == written


def test_a_report_of_an_old_card_has_no_curves(writer):
    old = replace(
        REPORT, curves=None, scores=replace(REPORT.scores, actuarial=None, fifths=(), quantiles=(), zero=None)
    )
    short = texts(writer.write(old), writer.ending)
    assert "smoker=yes" in short
    assert "1975" not in short


def test_a_page_holds_no_markup_of_the_data_and_asks_nothing_of_others(contents):
    page = contents[".html"].decode()
    assert "<b>other" not in page
    assert "<one>" not in page
    assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?https?://", page)


def test_drawings_have_the_colours_of_the_page_in_light_and_dark(contents):
    style, _, body = contents[".html"].decode().partition("</style>")
    light, _, dark = style.partition("@media screen and (prefers-color-scheme: dark)")
    named = set(re.findall(r"var\(--(\w+), #[0-9a-f]{6}\)", body))
    assert {"brand", "ink", "axis", "wash", "warm", "grid"} == named
    assert all(f"--{name}: #" in part for name in named for part in (light, dark))
    others = set(re.findall(r"(?:fill|stroke): *(#[0-9a-f]{3,6})", body))
    assert not others, "colours that stay the same in the dark"


def test_a_page_shows_its_tables_to_those_who_print_it(contents):
    page = contents[".html"].decode()
    assert page.count("<details") == page.count("<details open>") > 0


@pytest.mark.parametrize(("share", "is_shown"), [(0.0, False), (0.2, True)])
def test_the_chance_of_no_cost_is_told_where_somebody_has_one(writer, share, is_shown):
    scores = replace(REPORT.scores, zero=ZeroScores(share, share, 0.0))
    if writer.ending != ".json":
        assert (
            "share without cost" in texts(writer.write(replace(REPORT, scores=scores, curves=None)), writer.ending)
        ) is is_shown


def test_a_sheet_has_title_note_table_and_a_chart_of_its_cells(contents):
    book = openpyxl.load_workbook(io.BytesIO(contents[".xlsx"]))
    assert book.sheetnames[:3] == ["About", "Key figures", "Predictive ratios"]
    tables = {table.title: table for table in report_tables(REPORT)}
    for sheet in book.worksheets[1:]:
        table = tables.pop(sheet["A1"].value)
        assert sheet["A2"].value == table.note
        assert [cell.value for cell in sheet[4]][: len(table.columns)] == list(table.columns)
        assert sheet.max_row == 4 + len(table.rows)
        charts = vars(sheet)["_charts"]
        assert len(charts) == (table.name != "figures")
        drawn = [series for chart in charts for part in chart._charts for series in part.series]
        for series in drawn:
            cells = (getattr(series, "yVal", None) or series.val).numRef.f
            assert {*re.findall(r"\$(\d+)", cells)} == {"5", str(sheet.max_row)}
    assert not tables


def test_a_workbook_holds_no_formula(contents):
    book = openpyxl.load_workbook(io.BytesIO(contents[".xlsx"]))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_document_is_read_back(contents):
    assert msgspec.json.decode(contents[".json"], type=ActuarialReport) == REPORT
