"""Every writer of reports writes every figure, the same each time, and text as text."""

import io
import re
from dataclasses import replace
from html import unescape

import msgspec
import openpyxl
import pytest

from adapters.jinja.report_page import ReportPage
from adapters.msgspec.report_document import ReportDocument
from adapters.openpyxl.report_workbook import ReportWorkbook
from domain.models.actuarial_report import ActuarialReport
from tests.support.reports import REPORT

WRITERS = {".html": ReportPage(), ".xlsx": ReportWorkbook(), ".json": ReportDocument()}


@pytest.fixture(scope="module", params=WRITERS.values(), ids=list(WRITERS))
def writer(request):
    return request.param


@pytest.fixture(scope="module")
def written(writer):
    return texts(writer.write(REPORT), writer.ending)


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


def test_a_page_holds_no_markup_of_the_data_and_asks_nothing_of_others():
    page = ReportPage().write(REPORT).decode()
    assert "<b>other" not in page
    assert "<one>" not in page
    assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?https?://", page)


def test_a_workbook_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(ReportWorkbook().write(REPORT)))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_document_is_read_back():
    assert msgspec.json.decode(ReportDocument().write(REPORT), type=ActuarialReport) == REPORT
