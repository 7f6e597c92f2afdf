"""Each call as a request and a way to read its answer: what both clients share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID, uuid4

import httpx
from httpx_retries import Retry

from medcost_client.api.models import (
    BatchOut,
    ComparisonOut,
    ExplanationOut,
    JobOut,
    PageOut,
    PredictionOut,
    QuoteOut,
    ScenariosOut,
    SchemaOut,
    VersionOut,
    VersionsOut,
)

T = TypeVar("T")

Person = Mapping[str, object]
"""The facts about a person by name; `schema` says which."""

PIECE: Final = 1 << 20
"""Bytes of a file that are read at once."""
BATCH: Final = 10_000
"""People whom the server takes at once."""
RETRY: Final = Retry(total=5, backoff_factor=0.2, allowed_methods=["GET", "POST", "PUT", "DELETE"])
"""Every request may be sent again: what creates something carries an idempotency key."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """A request, and how its answer is read.

    Args:
        method: HTTP's.
        path: below ``/api/v1``.
        read: makes a value of a response.
        json: the body.
        params: the query; those that are None are left out.
        file: whose bytes are the body, where it is no JSON; the client reads it, anew each time it is sent.
        creates: whether it carries a key by which the server knows it again.
    """

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    json: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    creates: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return the arguments for a client of httpx."""
        params = {name: value for name, value in self.params.items() if value is not None}
        headers = {"Idempotency-Key": str(uuid4())} if self.creates else {}
        body = {} if self.json is None else {"json": self.json}
        if self.file:
            headers["Content-Length"] = str(self.file.stat().st_size)
        return {"method": self.method, "url": f"/api/v1{self.path}", "params": params, "headers": headers, **body}


def client_options(url: str, api_key: str, within: float) -> dict[str, Any]:
    """Return what a client of httpx is made with."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return {"base_url": url, "headers": headers, "timeout": within}


def _document(kind: Any) -> Callable[[httpx.Response], Any]:
    return lambda response: kind.from_dict(response.json())


def predict(person: Person, above: float | None) -> Request[PredictionOut]:
    """Predict the cost of a person and record it."""
    read = _document(PredictionOut)
    return Request("POST", "/predictions", read, json=dict(person), params={"above": above}, creates=True)


def predict_batch(people: Sequence[Person]) -> Request[BatchOut]:
    """Predict many people and record the answers."""
    return Request("POST", "/predictions/batch", _document(BatchOut), json=[*people], creates=True)


def predictions(cursor: str | None, filters: Mapping[str, object]) -> Request[PageOut]:
    """Read a page of recorded predictions, newest first."""
    return Request("GET", "/predictions", _document(PageOut), params={**filters, "cursor": cursor})


def prediction(id: UUID | str) -> Request[PredictionOut]:
    """Read a recorded prediction."""
    return Request("GET", f"/predictions/{id}", _document(PredictionOut))


def erase(id: UUID | str) -> Request[None]:
    """Erase a recorded prediction."""
    return Request("DELETE", f"/predictions/{id}", lambda _: None)


def record_outcome(id: UUID | str, cost: float) -> Request[PredictionOut]:
    """Record what a year has really cost."""
    return Request("PUT", f"/predictions/{id}/outcome", _document(PredictionOut), json={"charges": cost})


def explain(person: Person, of: Literal["expected", "typical"]) -> Request[ExplanationOut]:
    """Explain a cost fact by fact."""
    return Request("POST", "/explanations", _document(ExplanationOut), json={**person, "of": of})


def explore(person: Person, changes: Iterable[Person]) -> Request[ScenariosOut]:
    """Predict a person as they are and with other facts; nothing is recorded."""
    body = {"beneficiary": dict(person), "changes": [dict(change) for change in changes]}
    return Request("POST", "/scenarios", _document(ScenariosOut), json=body)


def compare_plans(people: Iterable[Person], plans: Iterable[Mapping[str, object]]) -> Request[ComparisonOut]:
    """Compare what people pay under plans."""
    body = {"beneficiaries": [dict(person) for person in people], "plans": [dict(plan) for plan in plans]}
    return Request("POST", "/plans/comparison", _document(ComparisonOut), json=body)


def quote_group(people: Iterable[Person], terms: Mapping[str, object]) -> Request[QuoteOut]:
    """Predict the total of a group."""
    body = {"beneficiaries": [dict(person) for person in people], **terms}
    return Request("POST", "/groups/quote", _document(QuoteOut), json=body)


def schema() -> Request[SchemaOut]:
    """Read the facts of the installation."""
    return Request("GET", "/schema", _document(SchemaOut))


def models() -> Request[VersionsOut]:
    """List the versions of the model."""
    return Request("GET", "/models", _document(VersionsOut))


def champion() -> Request[VersionOut]:
    """Read the version that answers."""
    return Request("GET", "/models/champion", _document(VersionOut))


def job(id: UUID | str) -> Request[JobOut]:
    """Read how far a job is."""
    return Request("GET", f"/jobs/{id}", _document(JobOut))


def cancel(id: UUID | str) -> Request[JobOut]:
    """Cancel a job, or erase its files once it has ended."""
    return Request("DELETE", f"/jobs/{id}", _document(JobOut))


def score_file(file: Path, options: Mapping[str, object]) -> Request[JobOut]:
    """Send a file of people to be scored in the background."""
    params = {"name": file.name, **options}
    return Request("POST", "/jobs", _document(JobOut), params=params, file=file, creates=True)
