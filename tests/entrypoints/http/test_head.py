"""HEAD is answered as GET is, without the body."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["/health/live", "/models", "/schema", "/schema/openapi.json", "/docs", "/jobs/0"])
async def test_head_has_the_status_and_the_headers_of_get(memory_api, path):
    head, whole = await memory_api.head(path), await memory_api.get(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == whole.headers.get(name)


async def test_head_of_what_can_only_be_posted_is_refused(memory_api):
    answer = await memory_api.head("/plans/comparison")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


async def test_head_is_measured_as_such(memory_api):
    await memory_api.head("/models")
    line = 'medcost_http_request_seconds_count{method="HEAD",route="/api/v1/models",status="200"} 1.0'
    assert line in (await memory_api.get("/metrics")).text
