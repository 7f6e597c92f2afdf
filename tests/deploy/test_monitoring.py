"""Alert rules and the Grafana dashboard, held against what the API really exposes."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from adapters.memory.predictor import NeighbourPredictor
from domain.errors import PredictorUnavailable
from domain.monitoring.report import watched_groups
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.monitoring import MonitoringReports
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.http.app import create_app
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions
from tests.support.default_schema import DEFAULT, FACTS
from tests.support.in_process import client_of
from tests.support.monitored import AGE, ALL, REPORT, crown

DOCKER = Path(__file__).resolve().parents[2] / "docker"
RULES = DOCKER / "prometheus" / "medcost.rules.yaml"
DASHBOARD = DOCKER / "grafana" / "medcost.json"


def rules():
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]


def queries():
    """Everything that is asked, with the words in which the answer's labels are told."""
    for rule in rules():
        yield pytest.param(rule["expr"], " ".join(rule["annotations"].values()), id=rule["alert"])
    for panel in panels():
        for target in panel["targets"]:
            yield pytest.param(target["expr"], target["legendFormat"], id=panel["title"])


def names(expression):
    return set(re.findall(r"\bmedcost_\w+", expression))


def remaining_labels(expression):
    """The labels that an answer still has; None for those of the metric itself."""
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    if re.search(r"\b(sum|max|count|absent)\(", expression):
        return set()
    # the quantile of buckets has no `le` any more
    return {label for clause in grouped for label in clause.split(", ")} - {"le"} if grouped else None


@pytest.fixture(scope="module")
def exposed():
    """Every name that a query may ask for, with the labels of its metric and their values, as an API tells them.

    It answered a prediction and failed at another, and there is a report of all columns and groups.
    """

    async def exposition():
        metrics = Metrics()
        metrics.grouped("predict")(2, 0, 0.01)
        container = web_container(load({"profile": "memory"}, environment={}))
        await crown(await container.get(ModelLedger))
        columns = tuple(replace(AGE, column=column) for column in (*FACTS, "expected", "pit"))
        groups = tuple(replace(ALL, group=group) for group in watched_groups(DEFAULT))
        await (await container.get(MonitoringReports)).add(replace(REPORT, columns=columns, groups=groups))
        app = create_app(container, ApiOptions(lambda _: None), DEFAULT, metrics=metrics)
        async with client_of(app) as api:
            ann = {"age": 40, "sex": "male", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
            assert (await api.post("/predictions", json=ann)).status_code == 201
            model = await container.get(LoadedModel)
            assert isinstance(model, NeighbourPredictor)
            model.failure = PredictorUnavailable("away")
            assert (await api.post("/predictions", json=ann)).status_code == 503
            text = (await api.get("/metrics")).text
        await container.close()
        return text

    metrics = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(asyncio.run(exposition())):
        for sample in family.samples:
            labels = metrics[sample.name]
            for label, value in sample.labels.items():
                labels[label].add(value)
    return {name: dict(labels) for name, labels in metrics.items()}


@pytest.mark.parametrize(("expression", "words"), list(queries()))
def test_what_is_asked_for_is_there_under_these_labels(expression, words, exposed):
    assert names(expression)
    assert names(expression) <= exposed.keys()
    for name, matchers in re.findall(r"\b(medcost_\w+)\{([^}]*)\}", expression):
        conditions = re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', matchers)
        assert conditions
        for label, how, value in conditions:
            # what is left out must be there as well: a name that nobody has leaves out nothing
            for pattern in value.split("|") if "~" in how else [re.escape(value)]:
                values = exposed[name].get(label, ())
                assert any(re.fullmatch(pattern, exposed_value) for exposed_value in values), (name, label, pattern)
    labels = set.intersection(*(set(exposed[name]) for name in names(expression)))
    for grouped in re.findall(r"\bby \(([^)]*)\)", expression):
        assert set(grouped.split(", ")) <= labels
    mentioned = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", words))
    left = remaining_labels(expression)
    assert mentioned <= (labels if left is None else left)


def test_the_dashboard_shows_all_that_monitoring_tells(exposed):
    queried = {name for panel in panels() for target in panel["targets"] for name in names(target["expr"])}
    assert {name for name in exposed if name.startswith("medcost_monitoring_")} - queried <= {
        # alerts ask for these; a line of noughts and ones is no picture
        "medcost_monitoring_drifted",
        "medcost_monitoring_coverage_short",
        "medcost_monitoring_level_shifted",
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


def test_each_alert_was_tried_both_raised_and_not():
    cases = yaml.safe_load(RULES.with_name("medcost.rules.test.yaml").read_text(encoding="utf-8"))["tests"]
    tried = [case for group in cases for case in group["alert_rule_test"]]
    every = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in tried if case["exp_alerts"]} == every
    assert {case["alertname"] for case in tried if not case["exp_alerts"]} == every


def test_alerts_are_raised_when_they_should_be_and_not_otherwise(part):
    promtool = shutil.which("promtool")
    part("promtool", None if promtool else "Prometheus' promtool is not installed")
    for command in (["check", "rules", RULES], ["test", "rules", RULES.with_name("medcost.rules.test.yaml")]):
        done = subprocess.run([str(promtool), *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
