"""How a page of the history is found, as fast among millions as among thousands."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import literal, select, tuple_, union_all

from adapters.postgres.tables import PREDICTIONS
from domain.beneficiary import Region, Sex
from domain.prediction import SortKey

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from domain.prediction import PredictionQuery

_CLOCKS_DIFFER_BY: Final = 3600_000
"""Milliseconds by which a clock may have gone back between the making of a prediction and of its identifier."""


def page_statement(query: PredictionQuery) -> Select[Any]:
    """Give the statement.

    Whatever the filter, the people on record fall into 16 kinds by (smoker, sex, region). Each kind that matches
    is a range of one index, of which the end is read, a page at most, and PostgreSQL merges these: it never reads rows
    of others, however rare those that match. Other orders than that of time have no index: all that matches is
    looked at.
    """
    if query.by is not SortKey.TIME:
        return _sorted(query)
    table = PREDICTIONS.c
    low, high = _bounds(query)
    if query.smoker is None and query.sex is None and query.region is None:
        found = select(PREDICTIONS).where(table.id >= low, table.id <= high, *_made(query))
        return found.order_by(_directed(table.id, query)).limit(query.limit)
    kinds = product(
        (False, True) if query.smoker is None else (query.smoker,),
        [sex.value for sex in Sex] if query.sex is None else (query.sex,),
        [region.value for region in Region] if query.region is None else (query.region,),
    )
    # compared as a whole, so that only the index over the whole will do
    indexed = (table.smoker, table.sex, table.region, table.id)
    place = tuple_(*indexed)
    parts = [
        select(table.id)
        .where(place >= tuple_(*kind, low), place <= tuple_(*kind, high), *_made(query))
        .order_by(*(_directed(one, query) for one in indexed))
        .limit(query.limit)
        .subquery()
        .select()
        for kind in kinds
    ]
    merged = union_all(*parts).subquery()
    wanted = select(merged.c.id).order_by(_directed(merged.c.id, query)).limit(query.limit)
    return select(PREDICTIONS).where(table.id.in_(wanted)).order_by(_directed(table.id, query))


def _bounds(query: PredictionQuery) -> tuple[UUID, UUID]:
    """The first and the last identifier that may be on the page."""
    low = _first_of(query.since).int if query.since else 0
    high = 2**128 - 1
    if query.before and query.rising:
        low = max(low, query.before.int + 1)
    elif query.before:
        high = query.before.int - 1
    return UUID(int=low), UUID(int=high)


def _made(query: PredictionQuery) -> list[ColumnElement[bool]]:
    """The identifier, given later than the time, bounds what has to be read already.

    The time is dressed up as a sum for the planner not to count the same condition twice: it would then expect few
    rows, and read and sort all of them.
    """
    return [PREDICTIONS.c.created_at + timedelta() >= query.since] if query.since else []


def _sorted(query: PredictionQuery) -> Select[Any]:
    table = PREDICTIONS.c
    key = table[query.by.value]
    wanted = [
        table.created_at >= query.since if query.since else None,
        table.smoker == query.smoker if query.smoker is not None else None,
        table.sex == query.sex if query.sex else None,
        table.region == query.region if query.region else None,
    ]
    if query.before:
        row, cursor = tuple_(key, table.id), tuple_(literal(query.past), literal(query.before))
        wanted.append(row > cursor if query.rising else row < cursor)
    found = select(PREDICTIONS).where(*(one for one in wanted if one is not None))
    return found.order_by(_directed(key, query), _directed(table.id, query)).limit(query.limit)


def _directed(column: ColumnElement[Any], query: PredictionQuery) -> ColumnElement[Any]:
    return column.asc() if query.rising else column.desc()


def _first_of(time: datetime) -> UUID:
    """The least UUIDv7 of a prediction made at a time."""
    milliseconds = max(0, int(time.timestamp() * 1000) - _CLOCKS_DIFFER_BY)
    return UUID(int=milliseconds << 80)
