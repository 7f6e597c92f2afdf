"""Checks of parts that answer over HTTP."""

from __future__ import annotations

import httpx

from adapters.common.http_client import http_client
from domain.operations.diagnosis import Finding

_TIMEOUT = 10.0


async def good_answer(url: str) -> httpx.Response | str:
    """Return a successful answer, or a sentence that says what is wrong."""
    try:
        async with http_client(timeout=_TIMEOUT) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        return f"{url}: {type(error).__name__}"
    return response if response.is_success else f"{url} answers {response.status_code}: {response.text[:200]}"


async def answers(part: str, url: str, remedy: str) -> Finding:
    """Find whether a part gives a good answer; ``remedy`` is what to do if it does not."""
    answer = await good_answer(url)
    return Finding(part, "failed", answer, remedy) if isinstance(answer, str) else Finding(part, "ok", f"{url} answers")
