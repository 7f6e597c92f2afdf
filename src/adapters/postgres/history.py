"""Statements for pages of the history, as fast among millions of predictions as among thousands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, tuple_, union_all

from adapters.postgres.prediction_table import PREDICTIONS
from domain.costs.distribution import MOST_CHARGES
from domain.costs.prediction_query import BY_TIME, BY_TYPICAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, UnaryExpression

    from adapters.postgres.recorded_facts import RecordedFacts
    from domain.costs.prediction import ModelReference
    from domain.costs.prediction_query import PredictionQuery

_CLOCKS_DIFFER_BY: Final = 3600_000
"""Milliseconds by which a clock may have gone back between the making of a prediction and of its identifier."""
_LAST: Final = 2**128 - 1
"""The last identifier."""


def page_statement(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Return the statement of a page.

    Where the choices and flags of a schema have few combinations, one index is over all of them and the identifier.
    Each combination that matches is a range of that index, of which the end is read, a page at most, and PostgreSQL
    merges these: it never reads other rows, however rare those that match. Otherwise choices and flags have an index
    each: a filter by one of them reads the page only; by several, the rows that match the first are filtered. Orders
    other than that of time have no index: all rows that match are read.
    """
    if query.by != BY_TIME:
        return _sorted(query, facts)
    table = PREDICTIONS.c
    if query.owner is None and not query.where:
        low, high = (UUID(int=bound) for bound in _bounds(query))
        statement = select(PREDICTIONS).where(table.id >= low, table.id <= high, *_made(query))
        return statement.order_by(_directed(table.id, query)).limit(query.limit)
    alone = [name for name in facts.alone if name in query.where]
    if alone and not any(name in query.where for name in facts.together):
        parts = [_end(query, [facts.filter(alone[0])], (facts.stored(alone[0], query.where[alone[0]]),))]
        others = _is(query, facts, alone[1:])
        if query.owner is not None:
            others.append(table.owner == query.owner)
    else:
        owner = () if query.owner is None else (query.owner,)
        indexed = [*([table.owner] if owner else []), *map(facts.filter, facts.together)]
        parts = [_end(query, indexed, (*owner, *kind)) for kind in facts.kinds(query.where)]
        others = _is(query, facts, alone)
        # written out: PostgreSQL does not conclude from a comparison of tuples what the index is limited to
        if owner:
            others.append(table.owner.is_not(None))
    merged = union_all(*(part.where(*others).subquery().select() for part in parts)).subquery()
    page = select(merged.c.id).order_by(_directed(merged.c.id, query)).limit(query.limit)
    return select(PREDICTIONS).where(table.id.in_(page)).order_by(_directed(table.id, query))


def _end(query: PredictionQuery, indexed: Sequence[ColumnElement[Any]], kind: tuple[object, ...]) -> Select[Any]:
    """Return the statement for the end of a combination's range in an index, whose last column is the identifier."""
    low, high = (UUID(int=bound) for bound in _bounds(query))
    columns = (*indexed, PREDICTIONS.c.id)
    # compared as a tuple, so that PostgreSQL uses the index over all of its columns
    place = tuple_(*columns)
    statement = select(PREDICTIONS.c.id).where(place >= tuple_(*kind, low), place <= tuple_(*kind, high), *_made(query))
    return statement.order_by(*(_directed(column, query) for column in columns)).limit(query.limit)


def count_statement(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Return the statement that counts all matches, with the conditions of a page in an order without an index."""
    everything = _sorted(replace(query, by=BY_TYPICAL, before=None, past=None), facts)
    return select(func.count()).select_from(everything.order_by(None).limit(None).subquery())


def sample_statement(model: ModelReference, since: datetime, *, limit: int, outcomes: bool) -> Select[Any]:
    """Return the statement that samples a model's predictions, or those with an outcome, by digests of identifiers.

    The random bits of identifiers themselves are not used: they place an outcome among ties (`pit`), and must stay
    random within the sample.
    """
    table = PREDICTIONS.c
    drawn = (
        select(table.id)
        .where(
            (table.outcome_at if outcomes else table.created_at) >= since,
            table.model_version == model.version,
            table.model_digest == model.digest,
        )
        # eight bytes of the digest, so that the sample fits into the memory of a sort
        .order_by(func.substr(func.sha256(func.uuid_send(table.id)), 1, 8))
        .limit(limit)
    )
    return select(PREDICTIONS).where(table.id.in_(drawn)).order_by(table.id)


def outcomes_statement(since: datetime) -> Select[*tuple[Any, ...]]:
    """Return the statement that sums up outcomes by the hour in which they were recorded."""
    table = PREDICTIONS.c
    hour = func.date_trunc("hour", table.outcome_at, "UTC").label("hour")
    columns: list[ColumnElement[Any]] = [
        hour,
        func.count().label("outcomes"),
        func.count().filter(table.outcome.between(table.low, table.high)).label("inside"),
        func.sum(table.expected).label("expected"),
        func.sum(table.outcome).label("observed"),
    ]
    return select(*columns).where(table.outcome_at >= since, table.outcome <= MOST_CHARGES).group_by(hour)


def _bounds(query: PredictionQuery) -> tuple[int, int]:
    """Return the first and the last identifier of the page; the first is the greater one if the page is empty."""
    low = _first_of(query.since) if query.since else 0
    high = _LAST
    if query.before and query.rising:
        low = max(low, query.before.int + 1)
    elif query.before:
        high = query.before.int - 1
    return (low, high) if low <= high <= _LAST and high >= 0 else (1, 0)


def _made(query: PredictionQuery) -> list[ColumnElement[bool]]:
    """Return the condition on the time; the identifier, which is given later than the time, bounds the rows already.

    The time is written as a sum so that the planner does not count the same condition twice: it would then expect few
    rows, and read and sort all of them.
    """
    return [PREDICTIONS.c.created_at + timedelta() >= query.since] if query.since else []


def _sorted(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Return the statement of a page in another order; missing values come last in any order."""
    table = PREDICTIONS.c
    key = facts.number(query.by) if query.by in facts.schema.by_name else table[query.by]
    conditions = _is(query, facts, query.where)
    if query.owner is not None:
        conditions.append(table.owner == query.owner)
    if query.since:
        conditions.append(table.created_at >= query.since)
    if query.before:
        later = table.id > query.before if query.rising else table.id < query.before
        if query.past is None:
            conditions.append(and_(key.is_(None), later))
        else:
            row, cursor = tuple_(key, table.id), tuple_(literal(query.past), literal(query.before))
            conditions.append(or_(row > cursor if query.rising else row < cursor, key.is_(None)))
    statement = select(PREDICTIONS).where(*conditions)
    return statement.order_by(_directed(key, query).nulls_last(), _directed(table.id, query)).limit(query.limit)


def _is(query: PredictionQuery, facts: RecordedFacts, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [facts.filter(name) == literal(facts.stored(name, query.where[name])) for name in names]


def _directed(column: ColumnElement[Any], query: PredictionQuery) -> UnaryExpression[Any]:
    return column.asc() if query.rising else column.desc()


def _first_of(time: datetime) -> int:
    """Return the least UUIDv7, as a number, of a prediction made at a time."""
    milliseconds = max(0, int(time.timestamp() * 1000) - _CLOCKS_DIFFER_BY)
    return milliseconds << 80
