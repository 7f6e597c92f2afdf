from __future__ import annotations

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
    asked, wrote = metrics.grouped("predict"), metrics.grouped("record")
    for together in (1, 6):
        asked(together, 0, 0.01)
    wrote(3, 0, 0.01)
    assert metrics.groups() == [GroupFigures("predict", 2, 7), GroupFigures("record", 1, 3)]
