"""Predicted over observed cost of some people, drawn with its interval."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.charts.score_table import LOOKS, scale_around, score_row, score_table, titles
from entrypoints.dashboard.elements import mark, paragraph, together
from entrypoints.dashboard.widgets.model_facts import NONE, group, interval, ratio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.models.scores import PredictiveRatio, Scores
    from entrypoints.dashboard.locale.speech import Words

_MOST_RATIO = 3.0
"""Ratios above this are drawn at the end of the scale."""


def ratios(sides: Sequence[tuple[str, Scores]], words: Words) -> Markup:
    """Draw predicted over observed cost, with its interval, of each tenth of the people and of each group."""
    if not sides[0][1].actuarial:
        return paragraph(words("models.calibration.none"), "empty")
    by_side = [_ratios(scores, words) for _, scores in sides]
    named = {name: [side.get(name) for side in by_side] for side in by_side for name in side}
    names = [name for name, _ in sides]
    return together(
        paragraph(words("models.ratios.lead"), "lead-in"),
        ratio_rows(words("models.ratios"), words("models.group"), names, named, words),
    )


def _ratios(scores: Scores, words: Words) -> dict[str, PredictiveRatio]:
    if not scores.actuarial:
        return {}
    named = {words("models.group.all"): scores.actuarial.overall}
    named |= {
        words("models.decile", number=number): decile for number, decile in enumerate(scores.actuarial.deciles, 1)
    }
    return named | {group(scored.group, words): scored.ratio for scored in scores.groups if scored.ratio}


def ratio_rows(
    caption: str,
    head: str,
    names: Sequence[str],
    named: Mapping[str, Sequence[PredictiveRatio | None]],
    words: Words,
    *,
    counts: Sequence[str] = (),
) -> Markup:
    """Draw predicted over observed cost of some people by one version or two, with 95 % intervals.

    Args:
        caption: the caption of the table.
        head: the head of the column that names the people.
        names: the names of the versions.
        named: the people, and a ratio for each version.
        words: the words of the visit.
        counts: numbers of people; empty to leave them out.
    """
    ends = [
        end for several in named.values() for estimate in several if estimate
        for end in (estimate.low, estimate.ratio, estimate.high) if end is not None
    ]  # fmt: skip
    low, high = (max(min([0.8, *ends]), 0.0), min(max([1.2, *ends]), _MOST_RATIO))
    scale = scale_around([low], [high])

    def lane(estimate: PredictiveRatio | None, place: int) -> Markup | None:
        if estimate is None:
            return None
        drawn = Markup()
        if estimate.low is not None:
            left, right = (scale.percent(min(max(end, low), high)) for end in (estimate.low, estimate.high or high))
            drawn = mark("whisker", left, width=right - left)
        if estimate.ratio is not None:
            drawn += mark(LOOKS[place], scale.percent(min(max(estimate.ratio, low), high)))
        return drawn

    rows: list[Markup] = []
    for place, (name, several) in enumerate(named.items()):
        numbers = [NONE if estimate is None else ratio(replace(estimate, low=None), words) for estimate in several]
        numbers += [NONE if estimate is None else interval(estimate, words) for estimate in several]
        numbers += [counts[place]] if counts else []
        lanes = [lane(estimate, side) for side, estimate in enumerate(several)]
        rows.append(score_row(name, lanes, numbers, fit=len(names)))
    heads = [head, words("models.drawn")]
    for title in (words("models.ratio.head"), words("models.ratio.ends")):
        heads += titles(names, title)
    heads += [words("models.people")] if counts else []
    return score_table(caption, heads, rows, scale.percent(1.0), fit=len(names))
