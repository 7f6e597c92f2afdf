"""Observers of batched calls: Prometheus in the web process, no-op elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.common.batching import Observer, unobserved


@dataclass(frozen=True, slots=True)
class Observers:
    """Observers of requests to the model server and of group commits of records."""

    predictor: Observer = unobserved
    records: Observer = unobserved
