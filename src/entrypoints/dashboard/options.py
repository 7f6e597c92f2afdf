"""What the dashboard needs to know about the place where it runs."""

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
        mlflow: address at which people open MLflow, empty where none is known.
        operations_every: seconds between two looks of an open page at what runs.
    """

    login: bool = False
    alone: bool = False
    first_password: bool = False
    https: bool = False
    operations_every: float = 2.0
    provider: str = ""
    everyone: bool = False
    root_path: str = ""
    mlflow: str = ""


class RouteFigures(Protocol):
    """What one route of the API did since the process started; times in seconds."""

    @property
    def method(self) -> str:
        """HTTP's."""
        ...

    @property
    def route(self) -> str:
        """The template, such as ``/api/v1/predictions/{id}``."""
        ...

    @property
    def requests(self) -> int:
        """How many were answered."""
        ...

    @property
    def errors(self) -> int:
        """How many of them with 500 or above."""
        ...

    @property
    def median(self) -> float:
        """Half were answered within."""
        ...

    @property
    def p95(self) -> float:
        """95 of 100 were answered within."""
        ...


class GroupFigures(Protocol):
    """How predictions that came at the same time went together since the process started."""

    @property
    def stage(self) -> str:
        """``predict``, a question to the model server, or ``record``, a commit."""
        ...

    @property
    def groups(self) -> int:
        """How many questions or commits."""
        ...

    @property
    def predictions(self) -> int:
        """How many predictions they held."""
        ...


class Traffic(Protocol):
    """What the API counts in this process."""

    def routes(self) -> Sequence[RouteFigures]:
        """Sum up each route, the busiest first."""
        ...

    def answers(self) -> Mapping[str, int]:
        """Count predictions answered by model version."""
        ...

    def groups(self) -> Sequence[GroupFigures]:
        """Sum up how predictions went together."""
        ...
