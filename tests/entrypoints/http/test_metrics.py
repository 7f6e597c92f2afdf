from __future__ import annotations

import pytest

from domain.costs.prediction import ModelReference
from entrypoints.http.metrics import GroupFigures, Metrics, RouteFigures


def test_routes_are_summed_up_over_their_statuses_the_busiest_first():
    metrics = Metrics()
    metrics.answered("GET", "/b", 200, 100.0)
    for status in (200, 200, 404, 503):
        metrics.answered("POST", "/a", status, 0.02)
    assert metrics.routes() == [
        RouteFigures("POST", "/a", requests=4, errors=1, median=0.0175, p95=0.01 + 0.015 * 0.95),
        RouteFigures("GET", "/b", requests=1, errors=0, median=10.0, p95=10.0),
    ]


def test_before_a_request_there_is_nothing_to_sum_up():
    metrics = Metrics()
    metrics.grouped("predict")
    assert (metrics.routes(), metrics.answers(), metrics.groups()) == ([], {}, [])


def test_how_predictions_went_together_is_summed_up_by_stage():
    metrics = Metrics()
    observe_predict, observe_record = metrics.grouped("predict"), metrics.grouped("record")
    for together in (1, 6):
        observe_predict(together, 0, 0.01)
    observe_record(3, 0, 0.01)
    assert metrics.groups() == [GroupFigures("predict", 2, 7), GroupFigures("record", 1, 3)]


def test_counters_are_told_with_the_buckets_that_prometheus_has():
    metrics = Metrics()
    metrics.grouped("predict")  # a stage that had nothing yet
    for seconds in (0.0005, 0.02, 100.0):
        metrics.answered("POST", "/api/v1/predictions", 201, seconds)
    metrics.answered("GET", "/api/v1/predictions/{id}", 404, 0.001)
    metrics.failed("PredictionNotFound")
    metrics.grouped("record")(3, 0, 0.01)
    metrics.predicted(ModelReference(2, "d" * 64), 3)
    traffic = metrics.traffic()
    answered = traffic.requests["POST /api/v1/predictions 201"]
    assert (answered.count, answered.counts[0], answered.counts[-1]) == (3, 1, 1)
    assert answered.total == pytest.approx(100.0205)
    assert answered.bounds[:2] == (0.001, 0.0025)
    assert traffic.requests["GET /api/v1/predictions/{id} 404"].counts[0] == 1
    assert traffic.errors == {"PredictionNotFound": 1}
    assert traffic.predictions == {"2": 3}
    assert {stage: (figures.count, figures.mean) for stage, figures in traffic.groups.items()} == {"record": (1, 3.0)}


def test_a_process_that_answered_nothing_has_no_traffic():
    assert Metrics().traffic().is_empty
