"""What Prometheus may know. One registry for each application: two in a process do not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.prediction import ModelReference


class Metrics:
    """Latency by route and status, and predictions answered by model version."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._latency = Histogram(
            "medcost_http_request_seconds",
            "Time from request to answer",
            ["method", "route", "status"],
            registry=self._registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self._predictions = Counter(
            "medcost_predictions",
            "Predictions answered, each repetition under an Idempotency-Key too",
            ["version"],
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer. ``route`` is the template, such as ``/api/v1/predictions/{id}``."""
        self._latency.labels(method, route, str(status)).observe(seconds)

    def predicted(self, models: Iterable[ModelReference]) -> None:
        """Count predictions that are answered, be they new or recorded earlier."""
        for model in models:
            self._predictions.labels(str(model.version)).inc()

    def text(self) -> bytes:
        """Give all of it in Prometheus' text format."""
        return generate_latest(self._registry)
