"""What a person looks for among past estimates, as a query and as the parameters of an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from domain.beneficiary import REGIONS, Sex
from domain.prediction import PredictionQuery, SortKey

if TYPE_CHECKING:
    from collections.abc import Mapping


def query_of(said: Mapping[str, str]) -> PredictionQuery:
    """Read a query from ``since``, ``smoker``, ``sex``, ``region``, ``by``, ``order``; nonsense counts as not said.

    >>> query_of({"smoker": "yes", "since": "2026-11-23", "region": "moon"}).since
    datetime.datetime(2026, 11, 23, 0, 0, tzinfo=datetime.timezone.utc)
    """
    sex, region, by = said.get("sex"), said.get("region"), said.get("by")
    return PredictionQuery(
        since=_since(said.get("since", "")),
        smoker={"yes": True, "no": False}.get(said.get("smoker", "")),
        sex=sex if sex in [one.value for one in Sex] else None,
        region=region if region in REGIONS else None,
        by=SortKey(by) if by in [key.value for key in SortKey] else SortKey.TIME,
        rising=said.get("order") == "rising",
    )


def address_of(query: PredictionQuery) -> str:
    """Write a query as the parameters of an address.

    >>> address_of(query_of({"smoker": "no", "since": "2026-11-23", "by": "age"}))
    'since=2026-11-23&smoker=no&by=age'
    """
    said = {
        "since": query.since.date().isoformat() if query.since else "",
        "smoker": {True: "yes", False: "no", None: ""}[query.smoker],
        "sex": query.sex,
        "region": query.region,
        "by": query.by.value if query.by is not SortKey.TIME else "",
        "order": "rising" if query.rising else "",
    }
    return urlencode({name: value for name, value in said.items() if value})


def sorted_by(query: PredictionQuery, key: SortKey) -> PredictionQuery:
    """Give the query after a press on a header: another key starts with the largest, the same one turns round."""
    rising = not query.rising if query.by is key else False
    return replace(query, by=key, rising=rising, before=None, past=None)


def _since(said: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(said), time(), UTC)
    except ValueError:
        return None
