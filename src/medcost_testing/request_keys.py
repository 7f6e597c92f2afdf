"""What every store of idempotency keys of requests promises."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from domain.costs.prediction import Idempotency
from domain.errors import IdempotencyKeyReused

if TYPE_CHECKING:
    from domain.ports.request_keys import RequestKeys

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
KEY: Final = Idempotency("key", "body", "key:1")
OTHER_BODY: Final = Idempotency("key", "other", "key:1")


class RequestKeysContract:
    """The suite. Fixture: ``keys``, a `RequestKeys` without keys, in which a key counts for 24 hours."""

    async def test_a_key_has_one_identifier_and_owners_do_not_meet(self, keys: RequestKeys) -> None:
        id = await keys.claim(KEY, at=NOON)
        assert (id.version, await keys.claim(KEY, at=NOON + HOUR)) == (7, id)
        assert await keys.claim(Idempotency("key", "other", "key:2"), at=NOON) != id

    async def test_a_key_that_comes_with_another_body_is_refused(self, keys: RequestKeys) -> None:
        await keys.claim(KEY, at=NOON)
        with pytest.raises(IdempotencyKeyReused, match="'key'"):
            await keys.claim(OTHER_BODY, at=NOON)

    @pytest.mark.parametrize("sign", [1, -1])
    async def test_an_expired_key_is_as_good_as_never_seen(self, keys: RequestKeys, sign: int) -> None:
        id = await keys.claim(KEY, at=NOON)
        assert await keys.claim(KEY, at=NOON + sign * 24 * HOUR) == id
        again = await keys.claim(OTHER_BODY, at=NOON + sign * 25 * HOUR)
        assert again != id
        assert await keys.claim(OTHER_BODY, at=NOON + sign * 25 * HOUR) == again

    async def test_a_key_is_found_whatever_its_body_until_it_expires(self, keys: RequestKeys) -> None:
        assert await keys.find(KEY, at=NOON) is None
        id = await keys.claim(KEY, at=NOON)
        assert await keys.find(OTHER_BODY, at=NOON + HOUR) == id
        assert await keys.find(Idempotency("key", "body", "key:2"), at=NOON) is None
        assert await keys.find(KEY, at=NOON + 25 * HOUR) is None

    async def test_twins_get_the_same_identifier(self, keys: RequestKeys) -> None:
        assert len(set(await asyncio.gather(*(keys.claim(KEY, at=NOON) for _ in range(8))))) == 1

    async def test_expired_keys_are_forgotten(self, keys: RequestKeys) -> None:
        await keys.claim(KEY, at=NOON)
        fresh = await keys.claim(Idempotency("fresh", "body"), at=NOON + 2 * HOUR)
        assert (await keys.forget(at=NOON + 25 * HOUR), await keys.forget(at=NOON + 25 * HOUR)) == (1, 0)
        assert await keys.claim(Idempotency("fresh", "body"), at=NOON + 25 * HOUR) == fresh
