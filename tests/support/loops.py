"""The event loop of the browser's client, and those of asynchronous tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def browsers_loop_hidden(item: pytest.Item) -> Iterator[None]:
    """Hide the event loop of Playwright's synchronous API from a test that opens no browser.

    For as long as the browser lives, its loop counts as running in this thread, and asyncio would start no other.
    """
    if "browser" in getattr(item, "fixturenames", ()):
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        if loop and not loop.is_closed():
            asyncio._set_running_loop(loop)
