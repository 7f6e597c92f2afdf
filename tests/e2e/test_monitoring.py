"""From questions and bills to an alarm in Prometheus' hands: all real processes."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from adapters.arrow.synthetic import SyntheticClaims
from domain.people.beneficiary import Beneficiary
from tests.support.command import run
from tests.support.default_schema import DEFAULT

PREDICTIONS = 150


@pytest.fixture
def served(trained_up, tmp_path):
    with trained_up(tmp_path) as (home, url), httpx.Client(base_url=f"{url}/api/v1", timeout=60) as api:
        yield home, api


monitor = partial(run, "monitor", "run")


def metrics_of(api):
    lines = api.get("/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.startswith("medcost_monitoring_"))


def test_older_people_whose_years_cost_more_are_an_alarm_that_a_pipeline_may_stop_at(served):
    home, api = served
    assert monitor("--json", home=home).document["alarms"] == []

    claims = SyntheticClaims(DEFAULT, rows=PREDICTIONS, seed=5).read()
    people = [Beneficiary.of_numbers(DEFAULT, [min(row[0] + 20, 100), *row[1:]]) for row in map(list, claims.facts)]
    body = [who.as_facts() for who in people]
    answered = api.post("/predictions/batch", json=body)
    assert answered.status_code == 200
    for prediction in answered.json()["predictions"]:
        outcome = api.put(
            f"/predictions/{prediction['id']}/outcome", json={"charges": prediction["interval"]["high"] + 1}
        )
        assert outcome.status_code == 200

    ended = monitor("--json", "--fail-on-alarm", home=home)
    assert ended.status == 1
    assert ended.output, ended.errors
    report = ended.document
    assert (report["predictions"], report["outcomes"], report["model"]["version"]) == (PREDICTIONS, PREDICTIONS, 1)
    assert {"drift:age", "drift:pit", "coverage:all"} <= set(report["alarms"])

    shown = monitor(home=home)
    assert shown.status == 0
    assert "Alarm: drift:age" in shown.output

    figures = metrics_of(api)
    assert figures['medcost_monitoring_drifted{column="pit"}'] == "1.0"
    assert figures['medcost_monitoring_coverage_ratio{group="all"}'] == "0.0"
    assert float(figures["medcost_monitoring_alarms"]) == len(report["alarms"])


@pytest.mark.parametrize("window", ["soon", "0d"])
def test_a_window_that_is_none_is_wrong_usage(tmp_path, window):
    ended = monitor(f"--window={window}", home=tmp_path)
    assert (ended.status, ended.output) == (2, "")


def test_without_a_champion_there_is_one_clear_line(tmp_path):
    ended = monitor(home=tmp_path / "home")
    assert (ended.status, ended.output, len(ended.errors.splitlines())) == (1, "", 1)
    assert "medcost train" in ended.errors
