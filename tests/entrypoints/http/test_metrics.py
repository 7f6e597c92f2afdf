from __future__ import annotations

from entrypoints.http.metrics import Metrics, RouteFigures


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
    assert (Metrics().routes(), Metrics().answers()) == ([], {})
