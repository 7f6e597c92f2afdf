"""How a page of the history is found, as fast among millions as among thousands."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import literal, select, tuple_, union_all

from adapters.postgres.tables import PREDICTIONS
from domain.beneficiary import REGIONS, Sex
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
    is read from the end of its part of one index, and PostgreSQL merges these: it never reads rows that don't match,
    however rare those that do. Other orders than that of time have no index: all that matches is looked at.
    """
    if query.by is not SortKey.TIME:
        return _sorted(query)
    if query.smoker is None and query.sex is None and query.region is None:
        return _part(query).order_by(_directed(PREDICTIONS.c.id, query)).limit(query.limit)
    kinds = product(
        (False, True) if query.smoker is None else (query.smoker,),
        [sex.value for sex in Sex] if query.sex is None else (query.sex,),
        REGIONS if query.region is None else (query.region,),
    )
    table = PREDICTIONS.c
    parts = [
        _part(query).where(table.smoker == smoker, table.sex == sex, table.region == region)
        for smoker, sex, region in kinds
    ]
    found = union_all(*parts).subquery()
    return select(found).order_by(_directed(found.c.id, query)).limit(query.limit)


def _part(query: PredictionQuery) -> Select[Any]:
    table = PREDICTIONS.c
    part = select(PREDICTIONS)
    if query.before:
        part = part.where(table.id > query.before if query.rising else table.id < query.before)
    if query.since:
        # the identifier, given later than the time, bounds what has to be read
        part = part.where(table.created_at >= query.since, table.id >= _first_of(query.since))
    return part


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
