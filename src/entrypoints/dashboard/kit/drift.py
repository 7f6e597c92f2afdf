"""Those who ask beside those the champion learnt from, drawn fact by fact."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

from application.watch_inputs import FEWEST
from domain.beneficiary import OBESITY, REGIONS, SEXES
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.model_facts import fact_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from application.watch_inputs import InputDrift
    from domain.profile import Profile
    from entrypoints.dashboard.words.speech import Words

_FROM: Final[Mapping[str, Sequence[float]]] = {
    "age": (18, 25, 35, 45, 55, 65, 75),
    "bmi": (0, 18.5, 25, OBESITY, 35),
    "children": (0, 1, 2, 3, 4, 5),
}
"""Where each bar of a number begins; the last one takes whatever is above."""


def drift(found: InputDrift, words: Words) -> str:
    """Say what shifted, and draw every fact; or why nothing can be said yet."""
    if found.champion is None:
        return _empty(words("operations.drift.no_champion"))
    version = found.champion.version
    if found.learnt_from is None:
        return _empty(words("operations.drift.no_profile", version=version))
    if found.report is None:
        few = "operations.drift.few" if len(found.asked) else "operations.outcomes.empty"
        return _empty(words(few, rows=words.count(len(found.asked)), fewest=words.count(FEWEST)))
    rows, people = words.count(len(found.asked)), words.count(len(found.learnt_from))
    lead = words("operations.drift.lead", rows=rows, people=people, version=version)
    names = ", ".join(fact_name(fact, words) for fact in found.report.drifted)
    said = (
        cards.notice("warn", words("operations.drift.shifted", facts=names), words("operations.drift.do"))
        if names
        else f'<p class="verified">{escape(words("operations.drift.none"))}</p>'
    )
    drawn = "".join(
        _fact(one.column, found.asked, found.learnt_from, words, shifted=one.drifted) for one in found.report.columns
    )
    return (
        f'<p class="lead-in">{escape(lead)}</p>{said}<div class="drift">{drawn}</div>'
        f'<p class="hint">{escape(words("operations.drift.legend"))}</p>'
    )


def _fact(fact: str, asked: Profile, learnt_from: Profile, words: Words, *, shifted: bool) -> str:
    bars = list(_bars(fact, asked, learnt_from, words))
    kind, state = ("warned", "operations.drift.other") if shifted else ("passed", "operations.drift.alike")
    return (
        f'<div><h3>{escape(fact_name(fact, words))} <span class="state {kind}">{escape(words(state))}</span></h3>'
        f"<p>{escape(_sentence(fact, bars, asked, learnt_from, words))}</p>{_picture(bars, words)}</div>"
    )


def _picture(bars: Sequence[tuple[str, float, float]], words: Words) -> str:
    """Draw a bar for those who asked and a line for those of the training data, in each group."""
    top = max(max(now, before) for _, now, before in bars)
    seen = " ".join(
        words("operations.drift.group", group=group, now=words.share(now), before=words.share(before))
        for group, now, before in bars
    )
    columns = "".join(
        f'<span><i style="--now:{100 * now / top:.1f}%;--before:{100 * before / top:.1f}%"></i>{escape(group)}</span>'
        for group, now, before in bars
    )
    return f'<div class="groups" role="img" aria-label="{escape(seen)}">{columns}</div>'


def _sentence(
    fact: str, bars: Sequence[tuple[str, float, float]], asked: Profile, learnt_from: Profile, words: Words
) -> str:
    if fact in _FROM:
        now, before = (f"{some.mean(fact):.1f}" for some in (asked, learnt_from))
        return words("operations.drift.mean", now=now, before=before)
    group, share, was = max(
        reversed(bars), key=lambda bar: round(abs(bar[1] - bar[2]), 6)
    )  # of two alike, the second: Yes
    return words("operations.drift.group", group=group, now=words.share(share), before=words.share(was))


def _bars(fact: str, asked: Profile, learnt_from: Profile, words: Words) -> Iterator[tuple[str, float, float]]:
    """Give the groups of a fact: its name, its share now, and its share among those of the training data."""
    names = list(_groups(fact, words))
    edges = [*_FROM.get(fact, range(len(names))), inf]
    now, before = asked.shares(fact), learnt_from.shares(fact)
    for name, (low, high) in zip(names, pairwise(edges), strict=True):
        yield (
            name,
            sum(share for value, share in now.items() if low <= value < high),
            sum(share for value, share in before.items() if low <= value < high),
        )


def _groups(fact: str, words: Words) -> Iterator[str]:
    if fact == "smoker":
        yield from (words("smoker.no"), words("smoker.yes"))
    elif fact not in _FROM:
        yield from (words(f"{fact}.{one.value}") for one in {"sex": SEXES, "region": REGIONS}[fact])
    else:
        edges = _FROM[fact]
        for low, high in pairwise(edges):
            last = high - (fact != "bmi")  # the last whole number below
            between = f"{low:g}" if low == last else f"{low:g}\N{EN DASH}{last:g}"
            yield f"<{high:g}" if (fact, low) == ("bmi", 0) else between
        yield f"{edges[-1]:g}+"


def _empty(said: str) -> str:
    return f'<p class="empty">{escape(said)}</p>'
