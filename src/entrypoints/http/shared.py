"""What routes share that is no use case. One dependency: several are resolved in a task group for each request."""

from __future__ import annotations

from dataclasses import dataclass

from entrypoints.http.about import About
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions


@dataclass(frozen=True, slots=True)
class Shared:
    """Of one API process. Litestar reads the annotations when it starts."""

    options: ApiOptions
    metrics: Metrics
    about: About
