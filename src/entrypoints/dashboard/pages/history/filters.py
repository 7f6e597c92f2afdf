"""What a person looks for among past estimates, as a query and as the parameters of an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from domain.costs.prediction_query import BY_TIME, PredictionQuery, sort_keys
from entrypoints.dashboard.widgets.fact_fields import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.people.schema import Schema


def query_of(fields: Mapping[str, str], schema: Schema) -> PredictionQuery:
    """Read a query from ``since``, ``by``, ``order`` and the names of choices and flags; nonsense counts as not said.

    >>> from domain.people.fact import Fact, Kind
    >>> from domain.people.schema import CostColumn, Schema
    >>> ward = Fact(name="ward", kind=Kind.CHOICE, choices=("eyes", "skin"))
    >>> schema = Schema(name="clinic", cost=CostColumn("spent"), facts=(ward,))
    >>> query_of({"ward": "eyes", "since": "yesterday"}, schema).where
    {'ward': 'eyes'}
    """
    by = fields.get("by", "")
    return PredictionQuery(
        since=_since(fields.get("since", "")),
        where={
            fact.name: value
            for fact in schema.filters
            if (value := fact.words.get(fields.get(fact.name, ""))) is not None
        },
        by=by if by in sort_keys(schema) else BY_TIME,
        rising=fields.get("order") == "rising",
    )


def address_of(query: PredictionQuery) -> str:
    """Write a query as the parameters of an address.

    >>> address_of(PredictionQuery(where={"insured": False}, by="expected"))
    'insured=no&by=expected'
    """
    return urlencode({name: value for name, value in parameters(query).items() if value})


def parameters(query: PredictionQuery) -> dict[str, str]:
    """Return what `query_of` reads as the same query; what does not matter is empty or left out."""
    return {
        "since": query.since.date().isoformat() if query.since else "",
        **{name: word(value) for name, value in query.where.items()},
        "by": query.by if query.by != BY_TIME else "",
        "order": "rising" if query.rising else "",
    }


def sorted_by(query: PredictionQuery, key: str) -> PredictionQuery:
    """Return the query after a press on a header: another key starts with the largest, the same one turns round."""
    rising = not query.rising if query.by == key else False
    return replace(query, by=key, rising=rising, before=None, past=None)


def _since(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
