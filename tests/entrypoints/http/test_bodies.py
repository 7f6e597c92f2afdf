from __future__ import annotations

import gzip
import json
import os

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("MEDCOST_MANGLED_BODIES", "150"))
"""Mangled bodies for each way in; 2,000 by hand, and in `make soak`."""
MOST_GROWTH = 100 * 2**20
"""Bytes: a body of 4 MB may be read, as bytes, as text and as what it says, and no more than that is kept."""
JSON, GZIP = {"Content-Type": "application/json"}, {"Content-Encoding": "gzip"}
GOOD = b'{"age":40,"sex":"female","bmi":27.5,"children":1,"smoker":false,"region":"northeast"}'


async def test_all_broken_rules_are_named_at_once(memory_api):
    body = {"age": "3", "sex": "x", "bmi": 9, "children": 1.5, "smoker": "maybe", "ha/t~": 1}
    answer = await memory_api.post("/predictions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("/age", "type"),
        ("/sex", "choice"),
        ("/bmi", "range"),
        ("/children", "type"),
        ("/smoker", "type"),
        ("/region", "missing"),
        ("/ha~1t~0", "unknown"),
    }


async def test_a_problem_has_every_member(memory_api):
    problem = (await memory_api.post("/predictions", json={})).json()
    assert list(problem) == ["type", "title", "status", "detail", "instance", "errors"]
    assert (problem["status"], problem["instance"]) == (422, "/api/v1/predictions")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (GOOD[:30], "column 31"),
        (GOOD + b"x", "column 86"),
        (GOOD.replace(b"27.5", b"NaN"), "NaN"),
        (GOOD.replace(b"27.5", b"-Infinity"), "-Infinity"),
        (b"\xef\xbb\xbf" + GOOD, "begins with a byte order mark, so save it as UTF-8 without one (line 1, column 1)"),
        (GOOD.decode().encode("utf-16"), "byte 0"),
        (GOOD.replace(b"female", b"f\xff"), "byte 18"),
        (GOOD.replace(b'"female"', b'"\\ud800"'), "surrogate"),
        (b"[" * 10_000, "deep"),
        (b'{"a":' * 10_000, "deep"),
        (b"[]", "object"),
        (b"3", "object"),
        (b"null", "object"),
        (GOOD.replace(b"}", b',"age":41}'), "'age' twice"),
        (GOOD.replace(b"}", b',"\\u0061ge":41}'), "'age' twice"),
        (GOOD.replace(b"}", b',"smoker":"no"}'), "'smoker' twice"),
    ],
)
@pytest.mark.parametrize("path", ["/predictions", "/explanations"])
async def test_a_malformed_body_is_refused_naming_the_place(memory_api, path, body, place):
    answer = await memory_api.post(path, content=body, headers=JSON)
    assert answer.status_code == 400
    assert place in answer.json()["detail"]


async def test_refused_bodies_leave_the_records_as_they_were(api):
    recorded = (await api.post("/predictions", content=GOOD, headers=JSON)).json()
    del recorded["about"]  # not said of each in a list
    refused = [
        GOOD[:30],
        GOOD.replace(b"40", b'"40"'),
        GOOD.replace(b'"age":40,', b""),
        GOOD.replace(b"}", b',"hat":1}'),
        GOOD.replace(b"27.5", b"NaN"),
        b"",
    ]
    for body in refused:
        answer = await api.post("/predictions", content=body, headers=JSON | {"Idempotency-Key": "broken"})
        assert answer.status_code in (400, 422)
    assert (await api.get("/predictions")).json()["predictions"] == [recorded]
    answer = await api.post("/predictions", content=GOOD, headers=JSON | {"Idempotency-Key": "broken"})
    assert answer.status_code == 201


@pytest.mark.parametrize("number", [b"1e999", b"9" * 400, b"9" * 5000, b"-1e999", b"40.5", b'"40"', b"true"])
async def test_numbers_that_no_age_can_be_are_refused_as_such(memory_api, number):
    answer = await memory_api.post("/predictions", content=GOOD.replace(b"40", number), headers=JSON)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, ["/age"])


@pytest.mark.parametrize("number", [b"40.0", b"4e1", b"400E-1"])
async def test_a_whole_number_may_be_written_with_a_point(memory_api, number):
    answer = await memory_api.post("/predictions", content=GOOD.replace(b"40", number), headers=JSON)
    assert (answer.status_code, answer.json()["beneficiary"]["age"]) == (201, 40)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_of_another_type_is_refused(memory_api, headers):
    answer = await memory_api.post("/predictions", content=GOOD, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (415, "The media type of the body is not supported")


async def test_the_usual_ways_of_saying_json_are_understood(memory_api):
    for kind in ("application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"'):
        assert (await memory_api.post("/predictions", content=GOOD, headers={"Content-Type": kind})).status_code == 201


async def test_a_body_that_is_too_large_is_refused(memory_api):
    answer = await memory_api.post("/predictions", content=b" " * 70_000, headers=JSON)
    assert (answer.status_code, answer.json()["detail"]) == (413, "the body may have at most 65,536 bytes")


async def test_a_body_that_is_too_large_is_refused_though_its_length_was_not_told(memory_api):
    async def chunks():
        for _ in range(100):
            yield b" " * 1000

    answer = await memory_api.post("/predictions", content=chunks(), headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


async def test_a_problem_without_a_route_or_a_method(memory_api):
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/predictions/7", 404),
        ("GET", "/schema/redoc", 404),
        ("GET", "/docs/../app.py", 404),
        ("PATCH", "/predictions", 405),
        ("DELETE", "/models/champion", 405),
    ):
        answer = await memory_api.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["status"] == status


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A good body with some bytes cut out, put in or overwritten."""
    body = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        body[at : draw(st.sampled_from([at, at + 1, end]))] = draw(st.binary(max_size=4))
    return bytes(body)


def _deep(draw: st.DrawFn) -> bytes:
    opening = draw(st.sampled_from([b"[", b'{"age":', b'[{"bmi":[']))
    return opening * draw(st.integers(100, 3000))


_huge = st.builds(
    lambda unit, times: (unit * times)[:60_000],
    st.sampled_from([b"9", b" ", b'"', b"\\u0041", b'{"age":40},', b"\x00", "ä".encode()]),
    st.integers(1_000, 60_000),
)
_encoded = st.sampled_from(["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037"]).map(
    lambda encoding: GOOD.decode().encode(encoding)
)
_twice = st.sampled_from(["age", "sex", "bmi", "smoker"]).map(
    lambda name: GOOD.replace(b"}", b',"' + name.encode() + b'":40}')
)
_constant = st.sampled_from([b"NaN", b"Infinity", b"-Infinity", b"1e999", b"nan", b"0x1p3"]).map(
    lambda constant: GOOD.replace(b"27.5", constant)
)
_zipped = st.integers(1, 40_000_000).map(lambda size: gzip.compress(b" " * size, compresslevel=1)[:60_000])
_facts = st.dictionaries(
    st.sampled_from(["age", "sex", "bmi", "children", "smoker", "region"]) | st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("female"),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=5,
    ),
    max_size=8,
).map(lambda facts: json.dumps(facts).encode())


_large = st.builds(
    lambda unit, times: (unit * times)[:8_000_000], st.sampled_from([b"9", b" ", b'"', b"["]), st.integers(10**6, 10**7)
)


@pytest.mark.parametrize("path", ["/predictions", "/predictions/batch", "/scenarios"])
def test_no_body_breaks_a_real_process_nor_fills_its_memory(api_process, path):
    served = api_process("open")
    kinds = [mangled(), _facts, st.binary(max_size=200), st.composite(_deep)(), _huge, _encoded, _twice, _constant]
    with httpx.Client(base_url=f"{served.url}/api/v1", timeout=30, trust_env=False) as api:
        api.post(path, content=GOOD, headers=JSON)
        before = served.peak()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        )
        @given(body=st.one_of(*kinds, _zipped, _large), headers=st.sampled_from([JSON, JSON | GZIP]))
        def every_body(body: bytes, headers: dict[str, str]) -> None:
            answer = api.post(path, content=body, headers=headers)
            assert answer.status_code in (200, 201, 400, 413, 415, 422)
            if answer.is_error:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"].startswith("urn:medcost:problem:")
                assert len(answer.content) < 200_000
                assert b"Traceback" not in answer.content

        every_body()
    grown = served.peak() - before
    assert grown < MOST_GROWTH
