"""The pages about two versions, in a browser: a chart that is clicked, and a run that is opened in MLflow."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

WITH_MODELS = str(Path(__file__).with_name("with_models.py"))
LONELIEST = """chart => {
    // of the points that are drawn, the one whose nearest neighbour is farthest away: nothing covers it
    const drawn = getElement(chart.id.slice(1)).chart, points = drawn.getOption().series[0].data.map(point => ({
        row: point[2], place: drawn.convertToPixel("grid", point.slice(0, 2)),
    }));
    const far = one => Math.min(...points.filter(other => other !== one).map(other =>
        Math.hypot(other.place[0] - one.place[0], other.place[1] - one.place[1])));
    return points.reduce((most, one) => far(one) > far(most) ? one : most);
}"""


def test_a_point_of_the_scatter_opens_the_row_that_it_is_of(look, serve: Callable[..., str]):
    page: Page = look(serve(WITH_MODELS), "/models/rows?version=1")
    chart = page.locator("#scatter .zoomable")
    expect(chart.locator("svg")).to_be_visible()
    loneliest = chart.evaluate(LONELIEST)
    across, down = loneliest["place"]
    chart.click(position={"x": across, "y": down})
    dialog = page.get_by_role("dialog", name=f"Row {loneliest['row']}", exact=True)
    expect(dialog).to_contain_text("Version 1, before it had seen this person")
    expect(dialog.get_by_role("table", name="What the versions answer now")).to_be_visible()


def test_a_run_is_opened_in_mlflow(look, serve: Callable[..., str], mlflow_server, browser: Browser):
    run = httpx.post(
        f"{mlflow_server.address}/api/2.0/mlflow/runs/create",
        json={"experiment_id": "0", "run_name": "the tuning of a forest"},
        timeout=60,
    )
    run_id = run.raise_for_status().json()["run"]["info"]["run_id"]
    address = serve(WITH_MODELS, TRACKING_RUN=run_id, MEDCOST_MLFLOW_URL=f"{mlflow_server.address}/")
    page: Page = look(address, "/models/runs?version=1")
    link = page.get_by_role("link", name="Open this run in MLflow")
    expect(link).to_be_visible()
    with browser.new_page() as elsewhere:  # that of a visitor may load nothing from another host
        elsewhere.goto(link.get_attribute("href") or "")
        expect(elsewhere).to_have_url(re.compile(f"/runs/{run_id}"))
        expect(elsewhere.get_by_text("the tuning of a forest").first).to_be_visible()
