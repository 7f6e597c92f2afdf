"""The fields by which a person looks for past estimates, and puts them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.prediction_query import BY_EXPECTED, BY_TIME, BY_TYPICAL, PredictionQuery
from entrypoints.dashboard.layout.shell import tag, text
from entrypoints.dashboard.pages.history.filters import parameters
from entrypoints.dashboard.widgets.fact_fields import field_for
from entrypoints.dashboard.widgets.fields import Field, InputField, SelectField
from entrypoints.dashboard.widgets.table import MOST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.people.fact import Fact
    from entrypoints.dashboard.locale.speech import Words

_FILTERS: Final = 7
"""Number of facts whose filters are shown without unfolding."""


def filter_fields(words: Words, query: PredictionQuery) -> dict[str, Field]:
    """Ask for the day and for values of choices and flags; those that do not fit unfold."""
    values, facts = parameters(query), words.schema.filters
    since = InputField(name="since", value=values["since"], label=words("history.since"), kind="date")
    shown = {fact.name: _filter(fact, values, words) for fact in facts[:_FILTERS]}
    if len(facts) > _FILTERS:
        with tag("details", "more-filters"):
            text("summary", words("history.filters.more"))
            with tag("div", "filters"):
                shown |= {fact.name: _filter(fact, values, words) for fact in facts[_FILTERS:]}
    return {"since": since, **shown}


def _filter(fact: Fact, values: Mapping[str, str], words: Words) -> Field:
    options = [("", words("history.any")), *words.choices(fact)]
    kind = field_for(options)
    return kind(name=fact.name, value=values.get(fact.name, ""), label=words.label(fact), options=options)


def sort_field(words: Words, by: str) -> SelectField | None:
    """Ask for the order, where some numbers have no column whose head could be pressed."""
    if len(words.schema.facts) <= MOST_COLUMNS:
        return None
    options = [(BY_TIME, words("history.made")), *((fact.name, words.label(fact)) for fact in words.schema.numeric)]
    options += [(BY_TYPICAL, words("typical")), (BY_EXPECTED, words("history.expected"))]
    return SelectField(name="by", value=by, label=words("history.sort"), options=options)
