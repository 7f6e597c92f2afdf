"""Prometheus metrics, with a registry of its own for each application of a process."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
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

from entrypoints.http.monitoring import MonitoringGauges
from entrypoints.http.traffic import traffic_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from domain.costs.prediction import ModelReference
    from domain.monitoring.hours import Traffic

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SHORT: Final = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, *_SECONDS)
_GROUP: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """Figures of a route since the start of the process; ``errors`` are responses of 500 and above."""

    method: str
    route: str
    requests: int
    errors: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The groups of predictions of a stage since the start of the process, and the predictions in them."""

    stage: str
    groups: int
    predictions: int


class Metrics:
    """Metrics of latency by route, status and stage, of batching, errors, the model in service and this process."""

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
        self._answered: dict[tuple[str, str, int], Histogram] = {}
        self._predicted: dict[int, Counter] = {}
        self.monitoring = MonitoringGauges(self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response; ``route`` is the template, such as ``/api/v1/predictions/{id}``."""
        # looking up the child metric by its labels takes several times as long as counting
        child = self._answered.get((method, route, status))
        if child is None:
            child = self._answered[method, route, status] = self._latency.labels(method, route, str(status))
        child.observe(seconds)

    def failed(self, kind: str) -> None:
        """Count a problem; ``kind`` is the class name of the error."""
        self._errors.labels(kind).inc()

    def decoding(self) -> AbstractContextManager[object]:
        """Measure the time of decoding a body."""
        return self._decode.time()

    def decoded(self, seconds: float) -> None:
        """Record the time of decoding a body that was measured elsewhere."""
        self._decode.observe(seconds)

    def grouped(self, stage: Literal["predict", "record"]) -> Callable[[int, int, float], None]:
        """Return the observer of a stage, called with the size of a group, the length of its queue and its seconds."""
        took, size, waiting = self._stages.labels(stage), self._groups.labels(stage), self._waiting.labels(stage)

        def observe(together: int, left: int, seconds: float) -> None:
            took.observe(seconds)
            size.observe(together)
            waiting.set(left)

        return observe

    def predicted(self, model: ModelReference, times: int = 1) -> None:
        """Count returned predictions, whether new or recorded earlier."""
        count = self._predicted.get(model.version)
        if count is None:
            count = self._predicted[model.version] = self._predictions.labels(str(model.version))
        count.inc(times)
        self._version.set(model.version)

    def routes(self) -> Sequence[RouteFigures]:
        """Return figures of each route, the busiest first; times are in seconds and interpolated in buckets."""
        heights: dict[tuple[str, str], dict[float, float]] = defaultdict(lambda: defaultdict(float))
        errors: dict[tuple[str, str], float] = defaultdict(float)
        for sample in next(iter(self._latency.collect())).samples:
            which = (sample.labels["method"], sample.labels["route"])
            if sample.name.endswith("_bucket"):
                heights[which][float(sample.labels["le"])] += sample.value
            elif sample.name.endswith("_count") and sample.labels["status"] >= "500":
                errors[which] += sample.value
        figures = [
            RouteFigures(
                *which,
                requests=int(max(counts.values())),
                errors=int(errors[which]),
                median=_quantile(counts, 0.5),
                p95=_quantile(counts, 0.95),
            )
            for which, counts in heights.items()
        ]
        return sorted(figures, key=lambda route: route.requests, reverse=True)

    def answers(self) -> Mapping[str, int]:
        """Return the number of predictions by model version."""
        samples = next(iter(self._predictions.collect())).samples
        return {sample.labels["version"]: int(sample.value) for sample in samples if sample.name.endswith("_total")}

    def groups(self) -> Sequence[GroupFigures]:
        """Return figures of batching for each stage that had a group."""
        totals: dict[str, dict[str, float]] = defaultdict(dict)
        for sample in next(iter(self._groups.collect())).samples:
            totals[sample.labels["stage"]][sample.name] = sample.value
        counted = (
            GroupFigures(stage, int(values["medcost_group_size_count"]), int(values["medcost_group_size_sum"]))
            for stage, values in totals.items()
        )
        return [group for group in counted if group.groups]

    def traffic(self) -> Traffic:
        """Return the counters of requests since the start of the process."""
        return traffic_of(self._registry.collect())

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)


def _quantile(counts: Mapping[float, float], level: float) -> float:
    """Interpolate in the bucket that holds the quantile, as Prometheus does; the last bucket gives its lower end."""
    bounds = [0.0, *sorted(counts)]
    target = level * counts[bounds[-1]]
    for low, high in pairwise(bounds):
        below = counts[low] if low else 0.0
        if counts[high] >= target:
            if high == float("inf"):
                return low
            return low + (high - low) * (target - below) / (counts[high] - below)
    return bounds[-1]
