"""Alert rules and the Grafana dashboard, held against what the API really exposes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from entrypoints.http.metrics import Metrics

DOCKER = Path(__file__).resolve().parents[2] / "docker"
RULES = DOCKER / "prometheus" / "medcost.rules.yaml"
DASHBOARD = DOCKER / "grafana" / "medcost.json"


def rules():
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]


def names(expression):
    return set(re.findall(r"\bmedcost_\w+", expression))


@pytest.fixture(scope="module")
def exposed():
    """Every name that a query may ask for, with the labels of its metric."""
    known = {}
    for family in text_string_to_metric_families(Metrics().text().decode()):
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        known |= {family.name + ending: family.type for ending in endings}
    return known


@pytest.mark.parametrize("expression", [rule["expr"] for rule in rules()])
def test_an_alert_asks_for_what_there_is(expression, exposed):
    assert names(expression)
    assert names(expression) <= exposed.keys()


def test_the_dashboard_asks_for_what_there_is(exposed):
    asked = {name for panel in panels() for target in panel["targets"] for name in names(target["expr"])}
    assert asked <= exposed.keys()
    assert {name for name in exposed if name.startswith("medcost_monitoring_")} - asked <= {
        # alerts ask for these; a line of noughts and ones is no picture
        "medcost_monitoring_drifted",
        "medcost_monitoring_coverage_short",
    }


def test_panels_have_a_place_of_their_own_and_a_source_to_choose():
    squares = [
        (x, y)
        for panel in panels()
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < 24
    assert {panel["datasource"]["uid"] for panel in panels()} == {"${source}"}
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_each_alert_says_what_happened_and_what_to_do():
    for rule in rules():
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_alerts_are_raised_when_they_should_be_and_not_otherwise(part):
    promtool = shutil.which("promtool")
    part("promtool", None if promtool else "Prometheus' promtool is not installed")
    for command in (["check", "rules", RULES], ["test", "rules", RULES.with_name("medcost.rules.test.yaml")]):
        done = subprocess.run([str(promtool), *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
