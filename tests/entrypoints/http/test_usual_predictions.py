"""The usual prediction is answered before its handler, and nobody can tell by the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from dishka import Provider, Scope, provide

from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.predict_cost import PredictCost
from domain.access.keys import Role
from domain.costs.prediction import Published
from domain.costs.prediction_query import PredictionQuery
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from domain.ports.keys import ApiKeys
from domain.ports.people_files import PeopleFiles
from domain.ports.predictions import PredictionRepository
from domain.ports.predictor import Predictor
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.http.about import About
from entrypoints.http.codecs.people import PeopleReader
from entrypoints.http.metrics import Metrics
from entrypoints.http.middleware.limits import RateLimit
from entrypoints.http.middleware.usual_predictions import UsualPredictions
from entrypoints.http.options import ApiOptions
from entrypoints.http.shared import Shared
from tests.support.default_schema import DEFAULT

JSON = ("Content-Type", "application/json")
TWICE = [("X-Anything", "1"), ("X-Anything", "2")]
"""Headers that mean nothing; one that comes twice is unusual, so the handler answers."""
LIMIT = 600
ANN = b'{"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": false, "region": "northeast"}'

BODIES = {
    "right": ANN,
    "smoker in words": ANN.replace(b"false", b'"no"'),
    "whole number as float": ANN.replace(b"40", b"40.0"),
    "spelling of a choice": ANN.replace(b"northeast", b"NE"),
    "out of range": ANN.replace(b"40", b"400"),
    "two rules broken": ANN.replace(b"40", b"400").replace(b"27.5", b'"x"'),
    "unknown field": ANN.replace(b"{", b'{"hat": 1, '),
    "missing field": b'{"age": 40}',
    "a name twice": ANN.replace(b"{", b'{"age": 41, '),
    "a name twice, escaped": ANN.replace(b"{", b'{"\\u0061ge": 41, '),
    "empty": b"",
    "no JSON": b"{",
    "an array": b"[" + ANN + b"]",
    "NaN": ANN.replace(b"27.5", b"NaN"),
    "no UTF-8": ANN.replace(b"female", b"\xff"),
    "byte order mark": b"\xef\xbb\xbf" + ANN,
    "as large as allowed": ANN + b" " * (LIMIT - len(ANN)),
    "too large": ANN + b" " * LIMIT,
}
HEADERS = {
    "none more": [JSON],
    "charset": [("Content-Type", "application/json; charset=utf-8")],
    "another charset": [("Content-Type", "application/json; charset=latin-1")],
    "capitals": [("Content-Type", "Application/JSON")],
    "no type": [],
    "text": [("Content-Type", "text/plain")],
    "compressed": [JSON, ("Content-Encoding", "gzip")],
    "identity": [JSON, ("Content-Encoding", "identity")],
    "key": [JSON, ("Idempotency-Key", "a key")],
    "foreign host": [JSON, ("Host", "evil.example")],
    "foreign origin": [JSON, ("Origin", "https://evil.example")],
    "welcome origin": [JSON, ("Origin", "https://app.example.org")],
    "a name": [JSON, ("X-Request-ID", "mine")],
    "a bad name": [JSON, ("X-Request-ID", "not mine")],
}
PATHS = ("/predictions", "/predictions/", "/predictions?above=20000", "/predictions?above=x", "/predictions?hat=1")


def shown(answer):
    """All of an answer but what differs between any two: identifiers, time and the chosen request's name."""
    headers = {
        name: value for name, value in answer.headers.items() if name not in ("location", "x-request-id", "retry-after")
    }
    body = answer.json()
    new = {"id", "created_at"} & body.keys() if answer.status_code == 201 else set()
    if new:
        assert answer.headers["location"] == f"/api/v1/predictions/{body['id']}"
    return answer.status_code, headers, list(body), {name: body[name] for name in body if name not in new}


async def both(api, path, headers, body):
    given = [await api.post(path, headers=[*headers, *more], content=body) for more in ([], TWICE)]
    return [shown(answer) for answer in given]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_bodies_are_answered_alike_both_ways(memory_container, client_of, body):
    async with client_of(memory_container, body_limit=LIMIT) as api:
        usual, handled = await both(api, "/predictions", [JSON], body)
    assert usual == handled


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_heads_are_answered_alike_both_ways(memory_container, client_of, headers):
    async with client_of(memory_container, allowed_origins=("https://app.example.org",)) as api:
        for path in PATHS:
            usual, handled = await both(api, path, headers, ANN)
            assert usual == handled, path


@pytest.mark.parametrize(
    ("secret", "status"), [("", 401), ("no-such-key", 401), ("client", 201), ("reviewer", 201), ("admin", 201)]
)
async def test_keys_are_asked_for_both_ways(memory_container, client_of, secret, status):
    keys = await memory_container.get(ApiKeys)
    for role in Role:
        if secret == role.value:
            secret = (await keys.create(secret, role))[1]
            break
    async with client_of(memory_container, require_keys=True) as api:
        for name, value in (("X-API-Key", secret), ("Authorization", f"Bearer {secret}")):
            usual, handled = await both(api, "/predictions", [JSON, (name, value)], ANN)
            assert usual == handled
            assert usual[0] == status


async def test_a_prediction_is_its_callers_both_ways(memory_container, client_of):
    keys = await memory_container.get(ApiKeys)
    key, secret = await keys.create("ann", Role.CLIENT)
    async with client_of(memory_container, require_keys=True) as api:
        for more in ([], TWICE):
            made = await api.post("/predictions", headers=[JSON, ("X-API-Key", secret), *more], content=ANN)
            assert made.status_code == 201
    repository = await memory_container.get(PredictionRepository)
    assert {prediction.owner for prediction in await repository.page(PredictionQuery())} == {f"key:{key.id}"}


@pytest.mark.parametrize("body", [ANN, b'{"age": 40}'], ids=["usual", "left to the handler"])
async def test_each_request_spends_once_of_a_keys_budget(memory_container, client_of, body):
    secret = (await (await memory_container.get(ApiKeys)).create("ann", Role.CLIENT))[1]
    headers = [JSON, ("X-API-Key", secret)]
    async with client_of(memory_container, require_keys=True, key_limit=RateLimit(3)) as api:
        statuses = [(await api.post("/predictions", headers=headers, content=body)).status_code for _ in range(4)]
    assert statuses.count(429) == 1
    assert statuses[-1] == 429


async def test_an_address_spends_its_budget_both_ways(memory_container, client_of):
    async with client_of(memory_container, address_limit=RateLimit(2)) as api:
        ways = ([], TWICE, [], TWICE)
        statuses = [(await api.post("/predictions", headers=[JSON, *more], content=ANN)).status_code for more in ways]
    assert statuses == [201, 201, 429, 429]


async def test_both_ways_count_as_the_same_route_and_model(memory_container, client_of):
    async with client_of(memory_container) as api:
        await both(api, "/predictions", [JSON], ANN)
        await both(api, "/predictions", [JSON], b"{")
        text = (await api.get("/metrics")).text
    counted = 'medcost_http_request_seconds_count{method="POST",route="/api/v1/predictions",status="%d"} 2.0'
    assert counted % 201 in text
    assert counted % 400 in text
    assert 'medcost_predictions_total{version="0"} 2.0' in text


class Failing(Provider):
    """A model that fails in one way."""

    scope = Scope.APP

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self._failure = failure

    @provide(override=True)
    def predictor(self) -> Predictor:
        failure = self._failure

        class FailingPredictor(NeighbourPredictor):
            async def publish(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Published]:
                raise failure

        return FailingPredictor(small_sample(DEFAULT))


@pytest.mark.parametrize(
    ("failure", "status"), [(PredictorUnavailable("away", retry_after=7), 503), (RuntimeError("a secret"), 500)]
)
async def test_failures_are_answered_and_counted_alike_both_ways(client_of, failure, status):
    container = web_container(load({"profile": "memory"}), Failing(failure))
    async with client_of(container) as api:
        usual, handled = await both(api, "/predictions", [JSON], ANN)
        text = (await api.get("/metrics")).text
    await container.close()
    assert usual == handled
    assert usual[0] == status
    assert f'route="/api/v1/predictions",status="{status}"}} 2.0' in text
    assert f'medcost_errors_total{{kind="{type(failure).__name__}"}} 2.0' in text


@pytest.mark.parametrize(
    ("headers", "query", "parts", "usual"),
    [
        ([], b"", [ANN], True),
        ([(b"idempotency-key", b"1")], b"", [ANN], False),
        ([(b"x", b"1"), (b"x", b"2")], b"", [ANN], False),
        ([], b"above=1", [ANN], False),
        ([], b"", [ANN[:9], ANN[9:]], False),
        ([], b"", [b"{}"], False),
    ],
)
async def test_only_the_usual_request_passes_the_handler_by(memory_container, headers, query, parts, usual):
    read: list[bytes] = []

    async def handle(scope, receive, send) -> None:
        more = True
        while more:
            message = await receive()
            read.append(message["body"])
            more = message["more_body"]

    messages = [
        {"type": "http.request", "body": part, "more_body": at < len(parts)} for at, part in enumerate(parts, 1)
    ]
    answered: list[dict] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    refused = partial(lambda _: None)
    shared = Shared(
        ApiOptions(refused),
        Metrics(),
        About(memory_container, "USD"),
        PeopleReader(DEFAULT),
        partial(memory_container.get, PeopleFiles),
    )
    app = UsualPredictions(handle, shared=shared, use_case=partial(memory_container.get, PredictCost))
    length = str(sum(map(len, parts))).encode()
    given = [(b"content-type", b"application/json"), (b"content-length", length), *headers]
    scope: Any = {
        "type": "http",
        "headers": given,
        "query_string": query,
        "method": "POST",
        "path": "/api/v1/predictions",
        "root_path": "/below",
    }
    await app(scope, receive, send)
    assert read == ([] if usual else parts)
    if usual:
        head, body = answered
        location = dict(head["headers"])[b"location"].decode()
        assert location == f"/below/api/v1/predictions/{json.loads(body['body'])['id']}"
