"""Charts of drift: the people in recent predictions beside those of the training data, fact by fact."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from application.monitoring.watch_inputs import FEWEST
from domain.people.fact import Fact, Kind
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fact_fields import step
from entrypoints.dashboard.widgets.model_facts import state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markupsafe import Markup

    from application.monitoring.watch_inputs import InputDrift
    from domain.monitoring.profile import Profile
    from entrypoints.dashboard.locale.speech import Words

_BARS: Final = 6
"""Approximate number of bars for a numeric fact."""
_DECIMALS: Final = 9
"""Decimal digits of the values of a profile."""


def drift(input_drift: InputDrift, words: Words) -> Markup:
    """Return the facts that have shifted and a chart of each fact, or why there is no comparison yet."""
    if input_drift.champion is None:
        return paragraph(words("operations.drift.no_champion"), "empty")
    version = input_drift.champion.version
    if input_drift.learnt_from is None:
        return paragraph(words("operations.drift.no_profile", version=version), "empty")
    if input_drift.report is None:
        few = "operations.drift.few" if len(input_drift.current) else "operations.outcomes.empty"
        message = words(few, rows=words.count(len(input_drift.current)), fewest=words.count(FEWEST))
        return paragraph(message, "empty")
    rows, people = words.count(len(input_drift.current)), words.count(len(input_drift.learnt_from))
    lead = words("operations.drift.lead", rows=rows, people=people, version=version)
    names = ", ".join(words.named(fact) for fact in input_drift.report.drifted)
    message = (
        cards.notice("warn", words("operations.drift.shifted", facts=names), words("operations.drift.do"))
        if names
        else paragraph(words("operations.drift.none"), "verified")
    )
    drawn = [
        _fact(
            words.schema.by_name[column.column],
            input_drift.current,
            input_drift.learnt_from,
            words,
            shifted=column.drifted,
        )
        for column in input_drift.report.columns
        if column.column in words.schema.by_name
    ]
    return together(
        paragraph(lead, "lead-in"),
        message,
        element("div", *drawn, classes="drift"),
        paragraph(words("operations.drift.legend"), "hint"),
    )


def _fact(fact: Fact, current: Profile, learnt_from: Profile, words: Words, *, shifted: bool) -> Markup:
    bars = list(_bars(fact, current, learnt_from, words))
    kind, key = ("warned", "operations.drift.other") if shifted else ("passed", "operations.drift.alike")
    return element(
        "div",
        element("h3", words.short(fact), " ", state(kind, words(key))),
        paragraph(_sentence(fact, bars, current, learnt_from, words)),
        _picture(bars, words),
    )


def _picture(bars: Sequence[tuple[str, float, float]], words: Words) -> Markup:
    """Draw for each group a bar of its share now and a line for its share in the training data."""
    top = max(max(now, before) for _, now, before in bars)
    seen = " ".join(
        words("operations.drift.group", group=group, now=words.share(now), before=words.share(before))
        for group, now, before in bars
    )
    columns = [
        element("span", element("i", style=f"--now:{100 * now / top:.1f}%;--before:{100 * before / top:.1f}%"), group)
        for group, now, before in bars
    ]
    return element("div", *columns, classes="groups", role="img", aria_label=seen)


def _sentence(
    fact: Fact, bars: Sequence[tuple[str, float, float]], current: Profile, learnt_from: Profile, words: Words
) -> str:
    if fact.kind.is_numeric and current.counts[fact.name]:
        now, before = (words.number(some.mean(fact.name)) for some in (current, learnt_from))
        return words("operations.drift.mean", now=now, before=before)
    group, share, was = max(
        reversed(bars), key=lambda bar: round(abs(bar[1] - bar[2]), 6)
    )  # of two alike, the second: Yes
    return words("operations.drift.group", group=group, now=words.share(share), before=words.share(was))


def _bars(fact: Fact, current: Profile, learnt_from: Profile, words: Words) -> Iterator[tuple[str, float, float]]:
    """Yield the groups of a fact: the name, the share now, and the share in the training data."""
    now, before = current.shares(fact.name), learnt_from.shares(fact.name)
    gaps, gaps_before = current.gaps(fact.name), learnt_from.gaps(fact.name)
    if fact.kind.is_numeric:
        edges = _edges(fact, [*now, *before])
        names = [_between(fact, low, high, words) for low, high in pairwise(edges)]
    else:
        names = [text for _, text in words.choices(fact)]
        edges = [float(code) for code in range(len(names) + 1)]
    end = edges[-1]
    for name, (low, high) in zip(names, pairwise(edges), strict=True):
        yield name, (1 - gaps) * _within(now, low, high, end), (1 - gaps_before) * _within(before, low, high, end)
    if fact.may_be_missing:
        yield words("fact.not_given"), gaps, gaps_before


def _within(shares: Mapping[float, float], low: float, high: float, end: float) -> float:
    """Return the share of a bar: of values from ``low`` to below ``high``; the last bar holds its end, too."""
    return sum(share for value, share in shares.items() if low <= value < high or value == high == end)


def _edges(fact: Fact, values: Sequence[float]) -> list[float]:
    """Return where the bars of a number begin, at round values, and where the last one ends.

    The last bar of a number with fractions holds the value at its end, too: no bar begins at a limit.
    """
    low, high = min(values), max(values)
    size = step(fact, low, high, _BARS) if high > low else 1.0
    first, last = floor(low / size), floor(high / size) + 1
    if fact.kind is Kind.NUMBER and high > low:
        last = ceil(high / size)
    return [round(place * size, _DECIMALS) for place in range(first, last + 1)]


def _between(fact: Fact, low: float, high: float, words: Words) -> str:
    last = high - 1 if fact.kind is Kind.WHOLE else high
    return words.number(low) if low == last else f"{words.number(low)}\N{EN DASH}{words.number(last)}"
