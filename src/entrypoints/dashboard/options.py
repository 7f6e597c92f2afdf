"""Options of the dashboard that depend on its deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardOptions:
    """Options of one dashboard process.

    Args:
        login: whether admin pages ask for the admin's password; on one's own machine they are open.
        alone: whether whoever sees the pages is at this machine, and asked nothing: then all is theirs.
        first_password: whether somebody at this machine may set the first password on the sign-in page.
        provider: what people know the identity provider by through which they sign in, empty for none.
        everyone: whether people sign in before they see any page.
        root_path: path below which a proxy serves the pages, empty for none.
        https: whether browsers come by HTTPS, also where a proxy ends it: cookies then travel by HTTPS only.
        mlflow: address of MLflow's user interface; empty if there is none.
        operations_every: seconds between two looks of an open page at what runs.
        jobs_every: seconds between two looks of an open page at the visitor's jobs.
    """

    login: bool = False
    alone: bool = False
    first_password: bool = False
    https: bool = False
    operations_every: float = 2.0
    jobs_every: float = 1.0
    provider: str = ""
    everyone: bool = False
    root_path: str = ""
    mlflow: str = ""


class RouteFigures(Protocol):
    """The figures of an API route since the start of the process; times are in seconds."""

    @property
    def method(self) -> str:
        """Return the HTTP method."""
        ...

    @property
    def route(self) -> str:
        """Return the route's template, such as ``/api/v1/predictions/{id}``."""
        ...

    @property
    def requests(self) -> int:
        """Return the number of answered requests."""
        ...

    @property
    def errors(self) -> int:
        """Return the number of responses of 500 or above."""
        ...

    @property
    def median(self) -> float:
        """Return the median latency."""
        ...

    @property
    def p95(self) -> float:
        """Return the 95th percentile of the latency."""
        ...


class GroupFigures(Protocol):
    """The figures of batching of predictions since the start of the process."""

    @property
    def stage(self) -> str:
        """Return the stage: ``predict`` (requests to the model server) or ``record`` (commits)."""
        ...

    @property
    def groups(self) -> int:
        """Return the number of requests or commits."""
        ...

    @property
    def predictions(self) -> int:
        """Return the number of predictions in them."""
        ...


class Traffic(Protocol):
    """The counters of the API in this process."""

    def routes(self) -> Sequence[RouteFigures]:
        """Return the figures of each route, the busiest first."""
        ...

    def answers(self) -> Mapping[str, int]:
        """Return the number of predictions by model version."""
        ...

    def groups(self) -> Sequence[GroupFigures]:
        """Return the figures of batching by stage."""
        ...
