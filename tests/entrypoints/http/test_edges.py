"""Values at the edges of what can be said: no parameter, path or header is answered by 500."""

from __future__ import annotations

import itertools
from urllib.parse import quote

import pytest

LONG = "9" * 5_000
ODD = (
    "", "\0", "a\0b", "\ud800", "é", "0", "-0", "-1", LONG, f"-{LONG}", "1e400", "NaN", "Infinity", "0x10", "\u0661",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "urn:uuid:" + "0" * 32,
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
    "1969-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "-2026-01-01T00:00:00Z", "' OR 1=1", "%00", "../..", "true",
)  # fmt: skip
QUERY = ("limit", "cursor", "since", "smoker", "sex", "region")
HEADERS = ("idempotency-key", "x-request-id", "x-api-key", "authorization", "content-type", "origin", "host", "link")


def written(value: str) -> str:
    """Give a value as it stands in an address, surrogates as the bytes that they would be."""
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


async def test_odd_parameters_are_answered(api, ann):
    await api.post("/predictions", json=ann)
    statuses = set()
    for name, value in itertools.product(QUERY, ODD):
        answer = await api.get(f"/predictions?{name}={written(value)}")
        assert answer.status_code in (200, 400, 422), (name, value, answer.text)
        statuses.add(answer.status_code)
        both = await api.get(f"/predictions?smoker=no&limit=2&{name}={written(value)}")
        assert both.status_code in (200, 400, 422), (name, value, both.text)
    assert statuses >= {200, 422}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/predictions/{}"),
        ("DELETE", "/predictions/{}"),
        ("PUT", "/predictions/{}/outcome"),
        ("GET", "/predictions/{}/outcome/changes"),
        ("GET", "/jobs/{}"),
        ("POST", "/models/{}/promotion"),
        ("GET", "/docs/{}"),
    ],
)
async def test_odd_paths_are_answered(api, method, path):
    for value in ODD:
        body = {"charges": 1} if method == "PUT" else None
        answer = await api.request(method, path.format(written(value)), json=body)
        assert answer.status_code in (200, 202, 400, 404, 405, 409, 422), (value, answer.text)


async def test_odd_headers_are_answered(api, ann):
    for name, value in itertools.product(HEADERS, ODD):
        raw = value.encode("utf-8", "surrogatepass")
        headers = [(name.encode(), raw), *([] if name == "content-type" else [(b"content-type", b"application/json")])]
        for path, body in (("/predictions", b"%s"), ("/predictions/batch", b"[%s]")):
            content = body % str(ann).replace("'", '"').replace("False", "false").encode()
            answer = await api.post(path, content=content, headers=headers)
            assert answer.status_code < 500, (name, value, answer.text)


@pytest.mark.parametrize("value", ["1e400", "-1e400", LONG, '"\\u0000"', '"\\ud800"', '{"a": NaN}', "[" * 5_000])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/predictions", '{{"age": {0}, "sex": {0}, "bmi": {0}, "children": 1, "smoker": {0}, "region": {0}}}'),
        ("POST", "/predictions/batch", '[{{"age": {0}}}]'),
        ("POST", "/explanations", '{{"bmi": {0}}}'),
        ("POST", "/scenarios", '{{"beneficiary": {0}, "grid": {{"bmi": [{0}]}}}}'),
        ("PUT", "/predictions/01a228ab-29de-7614-8404-9798736bf9b5/outcome", '{{"charges": {0}}}'),
        ("POST", "/models/1/promotion", '{{"reason": {0}}}'),
    ],
)
async def test_odd_bodies_are_answered(memory_api, method, path, body, value):
    headers = {"Content-Type": "application/json"}
    answer = await memory_api.request(method, path, content=body.format(value), headers=headers)
    assert answer.status_code in (200, 400, 404, 422), answer.text
