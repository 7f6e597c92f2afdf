"""A route that will go says so, in its answers and in the description."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated

import msgspec
import pytest
from litestar import get

from domain.people.schema import Schema
from entrypoints.http.app import create_app
from entrypoints.http.deprecation import DEPRECATED_FIELD, Deprecation, deprecated
from entrypoints.http.options import ApiOptions
from tests.support import in_process

SINCE, SUNSET = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


class Old(msgspec.Struct):
    """An answer with a field that will go."""

    id: int
    old: Annotated[int, DEPRECATED_FIELD]


@get("/old", operation_id="old", **deprecated(Deprecation(SINCE, SUNSET, "/api/v1/models"), {"open": True}))
async def old() -> Old:
    return Old(1, 2)


@pytest.fixture
async def api(memory_container):
    app = create_app(memory_container, ApiOptions(lambda _: None), await memory_container.get(Schema), more=[old])
    async with in_process.client_of(app) as client:
        yield client


async def test_answers_of_a_deprecated_route_say_since_when_and_until_when(api):
    answer = await api.get("/old")
    assert answer.status_code == 200
    assert answer.headers["deprecation"] == f"@{int(SINCE.timestamp())}"
    assert answer.headers["sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert parsedate_to_datetime(answer.headers["sunset"]) == SUNSET
    assert answer.headers["link"] == '</api/v1/models>; rel="successor-version"'
    assert "deprecation" in (await api.get("/old?hat=1")).headers
    assert not {"deprecation", "sunset"} & (await api.get("/models")).headers.keys()


async def test_the_description_marks_routes_and_fields_that_will_go(api):
    document = (await api.get("/schema/openapi.json")).json()
    described = document["paths"]["/api/v1/old"]["get"]
    assert described["deprecated"] is True
    assert {"Deprecation", "Sunset"} <= described["responses"]["200"]["headers"].keys()
    assert document["components"]["schemas"]["Old"]["properties"]["old"]["deprecated"] is True
    others = [each for path in document["paths"].values() for each in path.values() if each["operationId"] != "old"]
    assert not any(each.get("deprecated") for each in others)


def test_a_route_does_not_go_earlier_than_the_policy_promises():
    with pytest.raises(ValueError, match="at least 180 days"):
        Deprecation(SINCE, SINCE + timedelta(days=179))
    assert Deprecation(SINCE, SINCE + timedelta(days=180)).headers
    assert [name for name, _ in Deprecation(SINCE).headers] == [b"deprecation"]
