"""What Prometheus may know. One registry for each application: two in a process do not mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from domain.prediction import ModelReference

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SHORT: Final = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, *_SECONDS)
_GROUP: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Latency by route, status and stage; how requests gather; errors by kind; the model in service; this process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._latency = Histogram(
            "medcost_http_request_seconds",
            "Time from request to answer",
            ["method", "route", "status"],
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._stages = Histogram(
            "medcost_stage_seconds",
            "Time of a stage: decode a body, one question to the model server, one commit of records",
            ["stage"],
            registry=self._registry,
            buckets=_SHORT,
        )
        self._groups = Histogram(
            "medcost_group_size",
            "Predictions that shared a question to the model server, or a commit",
            ["stage"],
            registry=self._registry,
            buckets=_GROUP,
        )
        self._waiting = Gauge(
            "medcost_waiting",
            "Predictions that waited when the last question, or commit, was done",
            ["stage"],
            registry=self._registry,
        )
        self._errors = Counter(
            "medcost_errors", "Answers that are problems, by kind", ["kind"], registry=self._registry
        )
        self._predictions = Counter(
            "medcost_predictions",
            "Predictions answered, each repetition under an Idempotency-Key too",
            ["version"],
            registry=self._registry,
        )
        self._version = Gauge("medcost_model_version", "Version that made the last new answer", registry=self._registry)
        self._decode = self._stages.labels("decode")

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer. ``route`` is the template, such as ``/api/v1/predictions/{id}``."""
        self._latency.labels(method, route, str(status)).observe(seconds)

    def failed(self, kind: str) -> None:
        """Count a problem. ``kind`` is the class of the error."""
        self._errors.labels(kind).inc()

    def decoding(self) -> AbstractContextManager[object]:
        """Time the reading of a body."""
        return self._decode.time()

    def grouped(self, stage: Literal["predict", "record"]) -> Callable[[int, int, float], None]:
        """Give the observer of a stage: told of the size of a group, how many wait meanwhile, and its seconds."""
        took, size, waiting = self._stages.labels(stage), self._groups.labels(stage), self._waiting.labels(stage)

        def observe(together: int, left: int, seconds: float) -> None:
            took.observe(seconds)
            size.observe(together)
            waiting.set(left)

        return observe

    def predicted(self, models: Iterable[ModelReference]) -> None:
        """Count predictions that are answered, be they new or recorded earlier."""
        for model in models:
            self._predictions.labels(str(model.version)).inc()
            self._version.set(model.version)

    def text(self) -> bytes:
        """Give all of it in Prometheus' text format."""
        return generate_latest(self._registry)
