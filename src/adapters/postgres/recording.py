"""How predictions are recorded: a group by one statement, which is one round trip and one commit; many by COPY.

Both speak to asyncpg itself: SQLAlchemy's way of executing costs as much as the commit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Column, Interval, Text, bindparam, cast, column, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, asyncpg
from sqlalchemy.dialects.postgresql import insert as insert_or

from adapters.postgres.rows import row
from adapters.postgres.tables import IDEMPOTENCY_KEYS, PREDICTIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import timedelta
    from uuid import UUID

    from asyncpg import Connection

    from domain.prediction import Idempotency, Prediction

_RECORDED: Final = [one for one in PREDICTIONS.c if not one.name.startswith("outcome")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A prediction that is to be recorded, under an idempotency key or without one."""

    prediction: Prediction
    idempotency: Idempotency | None


async def record(driver: Connection, group: Sequence[Wanted], *, keys_live: timedelta) -> set[UUID]:
    """Record a group with its keys, in which no key comes twice. Says which predictions took their key.

    A prediction whose key is taken already is not recorded. A key older than ``keys_live`` has expired: it is taken
    over. Of twins in two transactions, one waits here for the other's commit.
    """
    if len(group) == 1 and not group[0].idempotency:
        await driver.execute(_lone_statement(), *values(group[0].prediction))
        return set()
    records = [
        (*values(one.prediction), *((one.idempotency.key, one.idempotency.fingerprint) if one.idempotency else _NONE))
        for one in group
    ]
    claimed = await driver.fetch(_group_statement(), *map(list, zip(*records, strict=True)), keys_live)
    return {claim[0] for claim in claimed}


async def copy(driver: Connection, records: Sequence[tuple[Any, ...]]) -> None:
    """Record all or none of these `values` by COPY."""
    await driver.copy_records_to_table(
        PREDICTIONS.name, columns=[one.name for one in _RECORDED], records=_in_turns(records)
    )


_NONE: Final = (None, None)
_WITHOUT_PAUSE: Final = 2_000


async def _in_turns(records: Sequence[tuple[Any, ...]]) -> AsyncIterator[tuple[Any, ...]]:
    """Give the records, and now and then others a turn: asyncpg encodes them on the event loop."""
    for number, one in enumerate(records, 1):
        yield one
        if number % _WITHOUT_PAUSE == 0:
            await asyncio.sleep(0)


def values(prediction: Prediction) -> tuple[Any, ...]:
    """Give the columns that are recorded of a prediction."""
    # SQLAlchemy's connections of asyncpg take JSON as text
    columns = row(prediction)
    columns["cautions"] = msgspec.json.encode(columns["cautions"]).decode()
    return tuple(columns.values())


@cache
def _lone_statement() -> str:
    """What is recorded alone and without a key needs a third less of the server's time this way."""
    return str(
        insert(PREDICTIONS).values({one: bindparam(one.name) for one in _RECORDED}).compile(dialect=asyncpg.dialect())
    )


@cache
def _group_statement() -> str:
    """Columns go as arrays, so that the statement is the same, and prepared once, for groups of any size."""
    columns = [
        *(Column(one.name, Text() if isinstance(one.type, JSONB) else one.type) for one in _RECORDED),
        *(Column(name, Text()) for name in ("key", "fingerprint")),
    ]
    arrays = func.unnest(*(bindparam(one.name, type_=ARRAY(one.type)) for one in columns))
    given = select(
        arrays.table_valued(*(column(one.name, one.type) for one in columns), name="new").render_derived()
    ).cte("given")

    keys = IDEMPOTENCY_KEYS.c
    claim = insert_or(IDEMPOTENCY_KEYS).from_select(
        [keys.key, keys.fingerprint, keys.prediction_id, keys.created_at],
        # in order: two groups that take the same keys must not wait for each other
        select(given.c.key, given.c.fingerprint, given.c.id, given.c.created_at)
        .where(given.c.key.is_not(None))
        .order_by(given.c.key),
    )
    claimed = (
        claim.on_conflict_do_update(
            index_elements=[keys.key],
            set_={
                one.name: claim.excluded[one.name] for one in (keys.fingerprint, keys.prediction_id, keys.created_at)
            },
            where=keys.created_at < claim.excluded.created_at - bindparam("keys_live", type_=Interval),
        )
        .returning(keys.prediction_id)
        .cte("claimed")
    )
    recorded = (
        insert(PREDICTIONS)
        .from_select(
            _RECORDED,
            select(*(cast(given.c[one.name], one.type) for one in _RECORDED)).where(
                or_(given.c.key.is_(None), given.c.id.in_(select(claimed.c.prediction_id)))
            ),
        )
        .cte("recorded")
    )
    return str(select(claimed.c.prediction_id).add_cte(recorded).compile(dialect=asyncpg.dialect()))
