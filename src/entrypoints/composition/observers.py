"""Who looks at calls that go together: Prometheus in the web process, nobody elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.common.batching import Observer, unobserved


@dataclass(frozen=True, slots=True)
class Observers:
    """Of questions to the model server, and of commits of records."""

    predictor: Observer = unobserved
    records: Observer = unobserved
