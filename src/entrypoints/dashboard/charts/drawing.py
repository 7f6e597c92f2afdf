"""Charts as strings of HTML and SVG: real words, colours that follow the theme, nothing to load.

Shapes go into an SVG that is stretched; words are HTML placed by per cent, so they never stretch.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from domain.costs.distribution import round_to_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.costs.distribution import Contribution
    from domain.costs.explanation import Explanation
    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Value
    from entrypoints.dashboard.locale.speech import Words

_MOST_ROWS: Final = 12
"""Facts that are drawn one by one: the rest is one row."""
_MOST_TICKS: Final = 5
"""Steps between round numbers: more do not fit a phone."""
_NEAR_THE_EDGE: Final = 95
"""Percent of the width from where a label is written to the left of its place, to stay on the page."""


def waterfall(explanation: Explanation, who: Beneficiary, words: Words) -> str:
    """Draw how the average person's cost becomes this person's: a table whose bars are zoomed to the steps.

    All figures are rounded to $10 by largest remainder, so the column still adds up.
    """
    parts, rest = _largest(explanation.contributions)
    raw = [explanation.baseline, *(part.usd for part in parts), *[sum(part.usd for part in rest)] * bool(rest)]
    # a thousandth of a dollar amount has its cents where the amount has its tens
    start, *steps = (1000 * tens for tens in round_to_total([usd / 1000 for usd in raw], explanation.total / 1000))
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step)
    low, high = min(levels), max(levels)
    room = max((high - low) * 0.06, 1.0)
    scale = Scale(high + room, low - room)
    given = who.as_facts()
    rows = [_total("reasons.from", start, scale, words, "hollow")]
    names = [_fact(part.fact, given, words) for part in parts]
    names += [words("reasons.rest", count=len(rest))] * bool(rest)
    for name, usd, before, after in zip(names, steps, levels, levels[1:], strict=False):
        left, right = sorted((scale.percent(before), scale.percent(after)))
        kind = "up" if usd > 0 else "down" if usd < 0 else "even"
        bar = f'<i class="bar {kind}" style="left:{left:.2f}%;width:{max(right - left, 0.4):.2f}%"></i>'
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td class="track">{bar}</td>'
            f'<td class="usd {kind}">{words.change(usd)}</td></tr>'
        )
    rows.append(_total("reasons.to", levels[-1], scale, words, "solid"))
    heads = "".join(
        f'<th scope="col" class="{kind}"><span>{escape(words(key))}</span></th>'
        for key, kind in (("reasons.fact", "fact"), ("reasons.chart", "drawn"), ("reasons.amount", "usd"))
    )
    return (
        f'<table class="waterfall" style="--from:{scale.percent(start):.2f}%">'
        f'<caption class="veiled">{escape(words(f"reasons.caption.{explanation.of}"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        + (_listed(rest, given, words) if rest else "")
        + (_estimated(explanation.standard_error, words) if explanation.standard_error is not None else "")
    )


class Scale:
    """Dollars, or another number, to per cent of the width or height."""

    def __init__(self, high: float, low: float = 0.0) -> None:
        self.low, self.high = low, high

    def percent(self, usd: float) -> float:
        """Say where a number lies: 0 at the low end, 100 at the high end."""
        return 100 * (usd - self.low) / (self.high - self.low)


def round_steps(high: float) -> Sequence[float]:
    """Give two to six round numbers from 0 to ``high``, evenly apart.

    >>> round_steps(23_500.0)
    [0, 5000, 10000, 15000, 20000]
    """
    step = next(
        size * 10**power for power in range(2, 9) for size in (1, 2, 2.5, 5) if high / (size * 10**power) <= _MOST_TICKS
    )
    return [i * step for i in range(int(high / step) + 1)]


def ticks(scale: Scale, words: Words) -> Iterator[str]:
    """Label an axis of dollars at round numbers."""
    for usd in round_steps(scale.high):
        percent = scale.percent(usd)
        place = " start" if usd == 0 else " end" if percent > _NEAR_THE_EDGE else ""
        yield f'<span class="tick{place}" style="left:{percent:.2f}%">{words.thousands(usd)}</span>'


def _largest(parts: Sequence[Contribution]) -> tuple[Sequence[Contribution], Sequence[Contribution]]:
    """Return the parts that are drawn, in their order, and those that are too many: the smallest ones."""
    if len(parts) <= _MOST_ROWS:
        return parts, ()
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place].usd))
    drawn = set(order[: _MOST_ROWS - 1])
    return (
        [part for place, part in enumerate(parts) if place in drawn],
        [part for place, part in enumerate(parts) if place not in drawn],
    )


def _listed(parts: Sequence[Contribution], given: Mapping[str, Value], words: Words) -> str:
    rows = "".join(
        f"<div><dt>{escape(_fact(part.fact, given, words))}</dt><dd>{words.change(part.usd)}</dd></div>"
        for part in parts
    )
    summary = escape(words("reasons.rest.show", count=len(parts)))
    return f'<details class="numbers"><summary>{summary}</summary><dl class="rows pairs">{rows}</dl></details>'


def _estimated(standard_error: float, words: Words) -> str:
    sentence = words("reasons.estimated", amount=words.cents(standard_error))
    return f'<p class="hint">{escape(sentence)}</p>'


def _fact(name: str, given: Mapping[str, Value], words: Words) -> str:
    label = words.named(name)
    return label if given.get(name) is not None else words("reasons.fact.unknown", field=label)


def _total(key: str, usd: float, scale: Scale, words: Words, kind: str) -> str:
    point = f'<i class="point {kind}" style="left:{scale.percent(usd):.2f}%"></i>'
    return (
        f'<tr class="total"><th scope="row">{escape(words(key))}</th><td class="track">{point}</td>'
        f'<td class="usd">{words.money(usd)}</td></tr>'
    )
