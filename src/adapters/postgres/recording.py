"""Recording of predictions: a group in one round trip, which is one commit; many by COPY.

Both speak to asyncpg itself: SQLAlchemy's way of executing costs as much as the commit.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Interval, Text, bindparam, cast, column, func, insert, not_, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, asyncpg
from sqlalchemy.dialects.postgresql import insert as insert_or

from adapters.postgres import binary_rows
from adapters.postgres.prediction_table import FIRST_FACTS, PREDICTIONS
from adapters.postgres.rows import column_values, values
from adapters.postgres.tables import IDEMPOTENCY_KEYS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from asyncpg import Connection

    from domain.costs.prediction import Idempotency, Prediction


@cache
def columns_written(columns: Sequence[str]) -> Sequence[Column[Any]]:
    """Return the columns that are written; of those of the first facts, these ``columns``."""
    left_out = {column_of_fact.name for column_of_fact in FIRST_FACTS} - {*columns}
    return [
        column_written
        for column_written in PREDICTIONS.c
        if column_written.name not in left_out and not column_written.name.startswith("outcome")
    ]


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A prediction that is to be recorded, under an idempotency key or without one."""

    prediction: Prediction
    idempotency: Idempotency | None


async def record(
    driver: Connection, group: Sequence[NewRecord], columns: tuple[str, ...], *, keys_live: timedelta
) -> set[UUID]:
    """Record a group with its keys, which are distinct, and return the predictions that took their keys.

    A prediction whose key is taken already is not recorded. A key older than ``keys_live``, or as far ahead of the
    clock, has expired and is replaced. Of two transactions with the same key, one waits here for the other's commit.
    """
    if not any(new_record.idempotency for new_record in group):
        rows = [values(new_record.prediction, columns) for new_record in group]
        parts = [rows[begin : begin + _AT_ONCE] for begin in range(0, len(rows), _AT_ONCE)]
        async with driver.transaction() if len(parts) > 1 else nullcontext():
            for part in parts:
                await driver.execute(_plain_statement(columns, len(part)), *chain.from_iterable(part))
        return set()
    records = [
        (
            *values(new_record.prediction, columns),
            *((new_record.idempotency.scoped, new_record.idempotency.fingerprint) if new_record.idempotency else _NONE),
        )
        for new_record in group
    ]
    claimed = await driver.fetch(_group_statement(columns), *map(list, zip(*records, strict=True)), keys_live)
    return {claim[0] for claim in claimed}


async def claim(
    driver: Connection, idempotency: Idempotency, ids: Sequence[UUID], *, at: datetime, keys_live: timedelta
) -> bool:
    """Take a key for a batch, in the transaction that records it; return whether it was free or had expired."""
    taken = await driver.fetchval(_claim_statement(), idempotency.scoped, idempotency.fingerprint, ids, at, keys_live)
    return taken is not None


async def copy(driver: Connection, predictions: Sequence[Prediction], columns: tuple[str, ...]) -> None:
    """Record all of these or none by COPY."""
    written = columns_written(columns)
    await driver.copy_to_table(
        PREDICTIONS.name,
        columns=[column_written.name for column_written in written],
        source=_encoded(predictions, columns, written),
        format="binary",
    )


_NONE: Final = (None, None)
_AT_ONCE: Final = 64
"""The most records of a statement without keys: the server keeps a plan for each number, up to half a megabyte."""
_WITHOUT_PAUSE: Final = 250
"""Records that are encoded between two pauses, less than a millisecond where they come as a batch."""


async def _encoded(
    predictions: Sequence[Prediction], columns: tuple[str, ...], written: Sequence[Column[Any]]
) -> AsyncIterator[bytes]:
    """Yield the bytes of COPY, with pauses for other tasks."""
    yield binary_rows.BEGIN
    for begin in range(0, len(predictions), _WITHOUT_PAUSE):
        yield binary_rows.rows(written, column_values(predictions[begin : begin + _WITHOUT_PAUSE], columns))
        await asyncio.sleep(0)
    yield binary_rows.END


@cache
def _plain_statement(columns: tuple[str, ...], rows: int) -> str:
    """Return the statement that records this number of predictions without keys.

    Statements of one row would each read the table's constraints anew, and arrays would take longer to encode (ADR 85).
    SQLAlchemy writes a type behind each place: asyncpg does not keep so long a statement.
    """
    written = columns_written(columns)
    places = count(1)
    tuples = (f"({', '.join(f'${next(places)}' for _ in written)})" for _ in range(rows))
    names = ", ".join(column_written.name for column_written in written)
    return f"INSERT INTO {PREDICTIONS.name} ({names}) VALUES {', '.join(tuples)}"  # noqa: S608  # no value is among it


@cache
def _claim_statement() -> str:
    return """
        INSERT INTO idempotency_keys AS kept (key, fingerprint, prediction_id, prediction_ids, created_at)
        VALUES ($1, $2, ($3::uuid[])[1], $3, $4)
        ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, prediction_id = excluded.prediction_id,
            prediction_ids = excluded.prediction_ids, created_at = excluded.created_at
        WHERE kept.created_at NOT BETWEEN excluded.created_at - $5::interval AND excluded.created_at + $5::interval
        RETURNING key
    """


@cache
def _group_statement(columns: tuple[str, ...]) -> str:
    """Return the statement that takes columns as arrays, so that it is prepared once for groups of any size."""
    written = columns_written(columns)
    given_columns = [
        *(
            Column(written_column.name, Text() if isinstance(written_column.type, JSONB) else written_column.type)
            for written_column in written
        ),
        *(Column(name, Text()) for name in ("key", "fingerprint")),
    ]
    arrays = func.unnest(
        *(bindparam(given_column.name, type_=ARRAY(given_column.type)) for given_column in given_columns)
    )
    given = select(
        arrays.table_valued(
            *(column(given_column.name, given_column.type) for given_column in given_columns), name="new"
        ).render_derived()
    ).cte("given")

    keys = IDEMPOTENCY_KEYS.c
    live = bindparam("keys_live", type_=Interval)
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
                **{
                    key_column.name: claim.excluded[key_column.name]
                    for key_column in (keys.fingerprint, keys.prediction_id, keys.created_at)
                },
                keys.prediction_ids.name: null(),  # the key may have been a batch's
            },
            where=not_(keys.created_at.between(claim.excluded.created_at - live, claim.excluded.created_at + live)),
        )
        .returning(keys.prediction_id)
        .cte("claimed")
    )
    inserted = (
        insert(PREDICTIONS)
        .from_select(
            written,
            select(*(cast(given.c[written_column.name], written_column.type) for written_column in written)).where(
                or_(given.c.key.is_(None), given.c.id.in_(select(claimed.c.prediction_id)))
            ),
        )
        .cte("recorded")
    )
    return str(select(claimed.c.prediction_id).add_cte(inserted).compile(dialect=asyncpg.dialect()))
