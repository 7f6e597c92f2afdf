"""Every adapter keeps what the shipped suite of `RequestKeys` says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.memory.request_keys import MemoryRequestKeys
from adapters.postgres.engine import connect
from adapters.postgres.request_keys import PostgresRequestKeys
from domain.ports.request_keys import RequestKeys
from medcost_testing.request_keys import RequestKeysContract


class TestRequestKeys(RequestKeysContract):
    @pytest.fixture(params=["memory", "postgres"])
    async def keys(self, request: pytest.FixtureRequest) -> AsyncIterator[RequestKeys]:
        if request.param == "memory":
            yield MemoryRequestKeys()
            return
        engine = connect(request.getfixturevalue("postgres_url"), deadline=10)
        yield PostgresRequestKeys(engine)
        await engine.dispose()
