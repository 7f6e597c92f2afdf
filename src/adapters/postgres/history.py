"""How a page of the history is found, as fast among millions as among thousands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, tuple_, union_all

from adapters.postgres.prediction_table import PREDICTIONS
from domain.costs.distribution import MOST_CHARGES
from domain.costs.prediction import BY_TIME, BY_TYPICAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, UnaryExpression

    from adapters.postgres.recorded_facts import RecordedFacts
    from domain.costs.prediction import ModelReference, PredictionQuery

_CLOCKS_DIFFER_BY: Final = 3600_000
"""Milliseconds by which a clock may have gone back between the making of a prediction and of its identifier."""
_LAST: Final = 2**128 - 1
"""The last identifier."""


def page_statement(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Give the statement.

    Where a schema tells few kinds of people apart, one index is over all its choices and flags and the identifier. Each
    kind that matches is a range of that index, of which the end is read, a page at most, and PostgreSQL merges these:
    it never reads rows of others, however rare those that match. Other choices and flags have an index each: by one of
    them, a page reads nothing but itself; by several, those that match the first of them are looked through. Other
    orders than that of time have no index: all that matches is looked at.
    """
    if query.by != BY_TIME:
        return _sorted(query, facts)
    table = PREDICTIONS.c
    if query.owner is None and not query.where:
        low, high = (UUID(int=bound) for bound in _bounds(query))
        found = select(PREDICTIONS).where(table.id >= low, table.id <= high, *_made(query))
        return found.order_by(_directed(table.id, query)).limit(query.limit)
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
        if (
            owner
        ):  # said outright: PostgreSQL does not conclude from a comparison of tuples what the index is limited to
            others.append(table.owner.is_not(None))
    merged = union_all(*(part.where(*others).subquery().select() for part in parts)).subquery()
    wanted = select(merged.c.id).order_by(_directed(merged.c.id, query)).limit(query.limit)
    return select(PREDICTIONS).where(table.id.in_(wanted)).order_by(_directed(table.id, query))


def _end(query: PredictionQuery, indexed: Sequence[ColumnElement[Any]], kind: tuple[object, ...]) -> Select[Any]:
    """Give the statement for the end of the range that a kind of people has in an index, which ends by identifiers."""
    low, high = (UUID(int=bound) for bound in _bounds(query))
    columns = (*indexed, PREDICTIONS.c.id)
    # compared as a whole, so that only the index over the whole will do
    place = tuple_(*columns)
    found = select(PREDICTIONS.c.id).where(place >= tuple_(*kind, low), place <= tuple_(*kind, high), *_made(query))
    return found.order_by(*(_directed(one, query) for one in columns)).limit(query.limit)


def count_statement(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Give the statement that counts all that matches, by the conditions of a page in an order without an index."""
    everything = _sorted(replace(query, by=BY_TYPICAL, before=None, past=None), facts)
    return select(func.count()).select_from(everything.order_by(None).limit(None).subquery())


def sample_statement(model: ModelReference, since: datetime, *, limit: int, outcomes: bool) -> Select[Any]:
    """Return the statement that draws from what a model answered, or whose outcome came in, by digests of identifiers.

    Not by their random bits themselves: those place an outcome among ties (`pit`), and must be as random among the
    drawn.
    """
    table = PREDICTIONS.c
    drawn = (
        select(table.id)
        .where(
            (table.outcome_at if outcomes else table.created_at) >= since,
            table.model_version == model.version,
            table.model_digest == model.digest,
        )
        # eight bytes of it, with which the drawn fit into the memory of a sort
        .order_by(func.substr(func.sha256(func.uuid_send(table.id)), 1, 8))
        .limit(limit)
    )
    return select(PREDICTIONS).where(table.id.in_(drawn)).order_by(table.id)


def outcomes_statement(since: datetime) -> Select[Any]:
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
    """Give the first and the last identifier that may be on the page; the first is the greater one if none may be."""
    low = _first_of(query.since) if query.since else 0
    high = _LAST
    if query.before and query.rising:
        low = max(low, query.before.int + 1)
    elif query.before:
        high = query.before.int - 1
    return (low, high) if low <= high <= _LAST and high >= 0 else (1, 0)


def _made(query: PredictionQuery) -> list[ColumnElement[bool]]:
    """The identifier, given later than the time, bounds what has to be read already.

    The time is dressed up as a sum for the planner not to count the same condition twice: it would then expect few
    rows, and read and sort all of them.
    """
    return [PREDICTIONS.c.created_at + timedelta() >= query.since] if query.since else []


def _sorted(query: PredictionQuery, facts: RecordedFacts) -> Select[Any]:
    """Give the statement of a page in another order; values that are not given come last in any."""
    table = PREDICTIONS.c
    key = facts.number(query.by) if query.by in facts.schema.by_name else table[query.by]
    wanted = _is(query, facts, query.where)
    if query.owner is not None:
        wanted.append(table.owner == query.owner)
    if query.since:
        wanted.append(table.created_at >= query.since)
    if query.before:
        later = table.id > query.before if query.rising else table.id < query.before
        if query.past is None:
            wanted.append(and_(key.is_(None), later))
        else:
            row, cursor = tuple_(key, table.id), tuple_(literal(query.past), literal(query.before))
            wanted.append(or_(row > cursor if query.rising else row < cursor, key.is_(None)))
    found = select(PREDICTIONS).where(*wanted)
    return found.order_by(_directed(key, query).nulls_last(), _directed(table.id, query)).limit(query.limit)


def _is(query: PredictionQuery, facts: RecordedFacts, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [facts.filter(name) == literal(facts.stored(name, query.where[name])) for name in names]


def _directed(column: ColumnElement[Any], query: PredictionQuery) -> UnaryExpression[Any]:
    return column.asc() if query.rising else column.desc()


def _first_of(time: datetime) -> int:
    """Give the least UUIDv7, as a number, of a prediction made at a time."""
    milliseconds = max(0, int(time.timestamp() * 1000) - _CLOCKS_DIFFER_BY)
    return milliseconds << 80
