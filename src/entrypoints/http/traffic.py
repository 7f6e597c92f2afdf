"""The traffic of a process, read from its own Prometheus metrics."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from domain.monitoring.histogram import Histogram
from domain.monitoring.hours import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric
    from prometheus_client.samples import Sample


def traffic_of(families: Iterable[Metric]) -> Traffic:
    """Read the counters of responses from the metrics of a registry, and ignore other metrics."""
    by_name = {family.name: family.samples for family in families}
    return Traffic(
        requests=_histograms(by_name.get("medcost_http_request_seconds", ()), "method", "route", "status"),
        errors=_counters(by_name.get("medcost_errors", ()), "kind"),
        groups=_histograms(by_name.get("medcost_group_size", ()), "stage"),
        predictions=_counters(by_name.get("medcost_predictions", ()), "version"),
    )


def _counters(samples: Iterable[Sample], label: str) -> dict[str, int]:
    return {
        sample.labels[label]: int(sample.value) for sample in samples if sample.name.endswith("_total") and sample.value
    }


def _histograms(samples: Iterable[Sample], *labels: str) -> dict[str, Histogram]:
    upto: dict[str, dict[float, int]] = defaultdict(dict)
    total: dict[str, float] = {}
    for sample in samples:
        name = " ".join(sample.labels[label] for label in labels)
        if sample.name.endswith("_bucket"):
            upto[name][float(sample.labels["le"])] = int(sample.value)
        elif sample.name.endswith("_sum"):
            total[name] = sample.value
    return {name: _histogram(counts, total[name]) for name, counts in upto.items() if max(counts.values())}


def _histogram(upto: dict[float, int], total: float) -> Histogram:
    """Convert Prometheus' cumulative counts of buckets, the last of which is infinite, to counts by bucket."""
    ends = sorted(upto)
    counts = [high - low for low, high in pairwise([0, *(upto[end] for end in ends)])]
    return Histogram(tuple(ends[:-1]), tuple(counts), total)
