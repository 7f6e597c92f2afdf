"""A file of many people, in a browser: brought, matched, scored, taken away."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

FILE = """Edad,Género,IMC,n_hijos,Tabaco,Zona,police
40,F,"27,5",1,no,NE,17
200,M,28,0,Sí,SW,18
33,M,31.2,2,Sí,Suroeste,19
33,M,fat,,Sí,moon,20
"""


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    """A desk of their own: it holds few files."""
    return serve()


@pytest.fixture
def page(look: Callable[..., Page], address: str) -> Page:
    return look(address, "/batch")


def bring(page: Page, content: str | bytes, name: str = "people.csv") -> None:
    body = content.encode() if isinstance(content, str) else content
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    )


def drop(page: Page, *files: Path, on: Locator) -> None:
    """Drag files from the desktop onto the middle of something, as the operating system tells a browser."""
    box = on.bounding_box()
    assert box
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    desktop = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        desktop.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.path().read_bytes()


def many(rows: int, bad_every: int = 0) -> str:
    """People of 800 kinds, and a bad one now and then."""
    people = itertools.cycle(
        f"{age},female,{bmi},1,{smoker},northeast"
        for age, bmi, smoker in itertools.product(range(20, 60), range(20, 30), ("yes", "no"))
    )
    lines = ("7,?,27,1,no,northeast" if bad_every and not n % bad_every else next(people) for n in range(1, rows + 1))
    return "age,sex,bmi,children,smoker,region\n" + "\n".join(lines)


def test_a_file_becomes_costs_and_bad_rows_are_kept_apart(page: Page):
    bring(page, FILE)
    expect(page.get_by_label("Smokes now")).to_have_value("Tabaco")
    preview = page.locator(".preview tbody tr")
    expect(preview.first).to_contain_text("Northeast")
    expect(preview.nth(1).locator(".misfit")).to_have_text("cannot be used: 200")
    press(page, "Calculate the costs")
    expect(page.get_by_text("2 of 4 rows were left out.")).to_be_visible()
    expect(page.locator("#scored .table-frame tbody tr th")).to_have_text(["2", "4"])
    left = page.locator("#left tbody tr")
    expect(left).to_have_count(4)
    expect(left.first).to_contain_text("Age: enter a whole number from 18 to 100.")
    assert [row.split("\t")[0] for row in left.all_inner_texts()] == ["3", "5", "5", "5"]
    scored = list(csv.DictReader(io.StringIO(downloaded(page, "Download as CSV").decode())))
    assert [(row["file_line"], row["police"], row["IMC"]) for row in scored] == [
        ("2", "17", "27,5"), ("3", "18", "28"), ("4", "19", "31.2"), ("5", "20", "fat")
    ]  # fmt: skip
    good = [row for row in scored if not row["left_out"]]
    assert all(float(row["low"]) <= float(row["typical"]) <= float(row["high"]) for row in good)
    table = pq.read_table(io.BytesIO(downloaded(page, "Download as Parquet")))
    assert table["expected"].drop_null().to_pylist() == [float(row["expected"]) for row in good]
    report = list(csv.DictReader(io.StringIO(downloaded(page, "Download this list").decode())))
    assert [(row["file_line"], row["column"], row["rule"], row["value"]) for row in report] == [
        ("3", "age", "range", "200"),
        ("5", "bmi", "type", "fat"),
        ("5", "children", "missing", ""),
        ("5", "region", "choice", "moon"),
    ]


def test_a_file_is_dropped_into_the_box_and_a_miss_does_not_replace_the_page(page: Page, tmp_path: Path):
    file, other = tmp_path / "people.csv", tmp_path / "other.csv"
    file.write_text(FILE)
    other.write_text(FILE)
    box = page.locator(".drop")
    page.evaluate("addEventListener('dragover', moved => (globalThis.held = moved.defaultPrevented))")
    drop(page, file, on=page.get_by_role("heading", level=1))
    assert page.evaluate("held"), "a browser with a window would open the file"
    drop(page, file, other, on=box)
    expect(page.get_by_role("alert").filter(has_text="one file")).to_be_visible()
    drop(page, file, on=box)
    expect(page.get_by_text("people.csv: 4 rows")).to_be_visible()
    expect(page.locator("#match")).to_be_focused()
    drop(page, other, on=page.get_by_role("heading", level=1))
    press(page, "Calculate the costs")
    expect(page.get_by_text("2 of 4 rows were left out.")).to_be_visible()


def test_columns_are_matched_by_hand_where_their_names_say_nothing(page: Page):
    bring(page, "a,b,c,d,e,f\n40,F,27.5,1,no,NE\n")
    press(page, "Calculate the costs")
    age = page.get_by_label("Age", exact=True)
    expect(age).to_be_focused()
    expect(age).to_have_accessible_description(re.compile("Choose the column that holds this fact"))
    for choice, column in zip(page.locator(".matching select").all(), "abcdef", strict=True):
        choice.select_option(column)
    expect(page.locator(".misfit")).to_have_count(0)
    press(page, "Calculate the costs")
    expect(page.get_by_role("heading", name="The costs")).to_be_visible()
    expect(page.locator("#left")).to_be_hidden()


def test_parquet_is_read(page: Page):
    file = io.BytesIO()
    people = {"age": [40, 41], "gender": ["F", None], "bmi": [27.5, 28], "kids": [1, 0], "smokes": [True, False]}
    pq.write_table(pa.table({**people, "region": ["NE", "SE"]}), file)
    bring(page, file.getvalue(), "people.parquet")
    press(page, "Calculate the costs")
    expect(page.get_by_text("1 of 2 rows was left out.")).to_be_visible()


def test_a_hundred_thousand_rows_with_bad_ones_while_another_browser_is_served(page: Page, look, address: str):
    bring(page, many(100_000, bad_every=10_000), "all.csv")
    expect(page.get_by_text("all.csv: 100,000 rows")).to_be_visible()
    other = look(address, "/")
    expect(other.locator(".answer-number")).to_contain_text("$")
    press(page, "Calculate the costs")
    expect(page.get_by_role("progressbar")).to_be_visible()
    before = other.locator(".answer-number").inner_text()
    other.get_by_role("group", name="Smokes now").get_by_role("radio", name="Yes").check()
    expect(other.locator(".answer-number")).not_to_have_text(before)
    expect(page.get_by_text("10 of 100,000 rows were left out.")).to_be_visible(timeout=60_000)
    assert downloaded(page, "Download as CSV").count(b"\n") == 100_001


def test_work_can_be_stopped_and_begun_again(page: Page):
    bring(page, many(100_000))
    press(page, "Calculate the costs")
    press(page, "Stop")
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_label("Age", exact=True)).to_have_value("age")
    page.wait_for_function("document.activeElement.closest('#match') !== null")
    press(page, "Choose a different file")
    expect(page.get_by_text("Drop a file here")).to_be_visible()


def test_a_reload_finds_the_work_and_another_browser_does_not(page: Page, look, address: str):
    bring(page, FILE)
    press(page, "Calculate the costs")
    expect(page.get_by_role("heading", name="The costs")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="The costs")).to_be_visible()
    other = look(address, "/batch")
    expect(other.get_by_text("Drop a file here")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file has no rows of people."),
        (b"PK\x03\x04zip", "This file is damaged"),
        (b"%PDF-1.7", "This is not a CSV, Excel (.xlsx) or Parquet file."),
        (b"PAR1 is not enough", "This file is damaged"),
        (b"edad,a\xf1o\n40,\x81\n", "The letters in this file cannot be read."),
        (b"age,age\n1,2\n", "This file is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(page: Page, content: bytes, message: str):
    bring(page, content)
    expect(page.get_by_role("alert").filter(has_text=message)).to_be_visible()
    expect(page.get_by_text("Drop a file here")).to_be_visible()


def test_only_pages_of_ours_bring_files_and_only_to_a_place_of_theirs(page: Page, address: str):
    to = page.evaluate("window.performance.getEntriesByType('navigation')[0].name")
    assert to == f"{address}/batch"
    foreign = {"origin": "https://elsewhere.example"}
    assert httpx.put(f"{address}/batch/x/people", content=b"a", headers=foreign).status_code == 403
    assert httpx.put(f"{address}/batch/x/people", content=b"a").status_code == 404
    assert httpx.get(f"{address}/batch/x/costs.csv").status_code == 404


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_any_state_and_nothing_scrolls_sideways(look, violations, address: str, width: int):
    page: Page = look(address, "/batch", width=width)

    def fits() -> None:
        for size in (320, 390, 768, 992, 1440, 1920):
            page.set_viewport_size({"width": size, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == size
        page.set_viewport_size({"width": width, "height": 900})

    assert violations(page) == []
    fits()
    bring(page, FILE)
    expect(page.locator(".preview")).to_be_visible()
    assert violations(page) == []
    fits()
    press(page, "Calculate the costs")
    expect(page.get_by_text("2 of 4 rows were left out.")).to_be_visible()
    assert violations(page) == []
    fits()
