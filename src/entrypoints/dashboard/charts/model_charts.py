"""What was measured of a model, drawn: tables with a picture in each row, so every picture says its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.charts.drawing import Scale, bars
from entrypoints.dashboard.elements import cell, element, mark, paragraph, row, together
from entrypoints.dashboard.locale.speech import MINUS
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.model_facts import figure, group, interval, ratio, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import ModelCard
    from domain.models.scores import Scores
    from entrypoints.dashboard.locale.speech import Words

_ROOM = 0.06
"""Share of a scale that is left free at its ends."""
_MOST_RATIO = 3.0
"""Ratios above this are drawn at the end of the scale."""
_FIT = 2
"""Numbers that fit a phone."""
_NAMED = 2
"""Columns before the numbers: a name and a picture."""


def families(card: ModelCard, words: Words) -> Markup:
    """Draw the comparison that chose the recipe: the mean over folds, one standard deviation to each side."""
    compared, metric = card.provenance.compared, card.provenance.metric
    if not compared:
        return paragraph(words("models.families.none"), "empty")
    scale = _scale([one.mean - one.spread for one in compared], [one.mean + one.spread for one in compared])
    rows: list[Markup] = []
    for one in compared:
        ours = one.name == card.recipe.name
        left, right = scale.percent(one.mean - one.spread), scale.percent(one.mean + one.spread)
        point = mark("point solid" if ours else "point square", scale.percent(one.mean))
        drawn = mark("whisker", left, width=right - left) + point
        chosen = f" ({words('models.chosen')})" if ours else ""
        rows.append(
            _row(one.name + chosen, drawn, [figure(metric, one.mean, words), f"± {figure(metric, one.spread, words)}"])
        )
    heads = ["models.family", "models.drawn", "models.mean", "models.over_folds"]
    lead = words("models.families.lead", metric=words.or_else(f"models.{metric}", metric))
    return together(
        paragraph(lead, "lead-in"),
        _drawn(words("models.families"), [words(key) for key in heads], rows, scale.percent(compared[0].mean)),
        paragraph(words("models.families.legend"), "hint"),
    )


def calibration(scores: Scores, words: Words) -> Markup:
    """Draw for ranges of every level what they promised to hold, and what they held."""
    if not scores.calibration:
        return paragraph(words("models.calibration.none"), "empty")
    scale = Scale(1.0)
    rows: list[Markup] = []
    for one in scores.calibration:
        left, right = sorted((scale.percent(one.level), scale.percent(one.coverage)))
        drawn = together(
            mark("link", left, width=right - left),
            mark("point square", scale.percent(one.level)),
            mark("point solid", scale.percent(one.coverage)),
        )
        rows.append(_row(words.share(one.level), drawn, [words.share(one.coverage, 1)]))
    heads = ["models.promised", "models.drawn", "models.held"]
    below = [(words.share(one.level), words.share(one.coverage, 1)) for one in scores.quantiles]
    quantiles = table(words("models.quantiles"), [words("models.quantile"), words("models.below")], below)
    return together(
        paragraph(words("models.calibration.lead"), "lead-in"),
        _drawn(words("models.calibration"), [words(key) for key in heads], rows, None),
        paragraph(words("models.calibration.legend"), "hint"),
        element("h3", words("models.quantiles")) + quantiles if below else "",
    )


def coverage(scores: Scores, words: Words) -> Markup:
    """Draw for each group what share of its people the range held, beside what it promises."""
    level = scores.interval.level
    low = min([level, *(one.coverage for one in scores.groups)])
    scale = Scale(1.0, max(0.0, min(0.8, low - 0.05)))
    rows = [
        _row(
            group(one.group, words),
            mark("point solid", scale.percent(one.coverage)),
            [words.share(one.coverage, 1), words.count(one.rows), words.whole(one.mean_width)],
        )
        for one in scores.groups
    ]
    heads = ["models.group", "models.drawn", "models.held", "models.people", "models.width"]
    lead = words("models.groups.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + _drawn(
        words("models.groups"), [words(key) for key in heads], rows, scale.percent(level)
    )


def ratios(scores: Scores, words: Words) -> Markup:
    """Draw predicted over observed cost, with its interval, of each tenth of the people and of each group."""
    if not scores.actuarial:
        return paragraph(words("models.calibration.none"), "empty")
    named = {words("models.ratio.all"): scores.actuarial.overall}
    named |= {words("models.decile", number=number): one for number, one in enumerate(scores.actuarial.deciles, 1)}
    named |= {group(one.group, words): one.ratio for one in scores.groups if one.ratio}
    ends = [end for one in named.values() for end in (one.low, one.ratio, one.high) if end is not None]
    low, high = (max(min([0.8, *ends]), 0.0), min(max([1.2, *ends]), _MOST_RATIO))
    scale = _scale([low], [high])
    rows: list[Markup] = []
    for name, one in named.items():
        drawn = Markup()
        if one.low is not None:
            left, right = (scale.percent(min(max(end, low), high)) for end in (one.low, one.high or high))
            drawn = mark("whisker", left, width=right - left)
        if one.ratio is not None:
            drawn += mark("point solid", scale.percent(min(max(one.ratio, low), high)))
        rows.append(_row(name, drawn, [ratio(replace(one, low=None), words), interval(one, words)], fit=1))
    heads = ["models.group", "models.drawn", "models.ratio.head", "models.ratio.ends"]
    return paragraph(words("models.ratios.lead"), "lead-in") + _drawn(
        words("models.ratios"), [words(key) for key in heads], rows, scale.percent(1.0), fit=1
    )


def fifths(scores: Scores, words: Words) -> Markup:
    """Draw what share of each fifth of the people the range held, with their predicted and observed costs."""
    if not scores.fifths:
        return paragraph(words("models.calibration.none"), "empty")
    level = scores.interval.level
    low = min([level, *(one.coverage for one in scores.fifths)])
    scale = Scale(1.0, max(0.0, min(0.8, low - 0.05)))
    rows = [
        _row(
            words("models.fifth", number=number),
            mark("point solid", scale.percent(one.coverage)),
            [
                words.share(one.coverage, 1),
                words.share(one.from_zero),
                words.whole(one.predicted),
                words.whole(one.observed),
                words.share(one.zero_predicted, 1),
                words.share(one.zero_observed, 1),
            ],
        )
        for number, one in enumerate(scores.fifths, 1)
    ]
    heads = [
        "models.group", "models.drawn", "models.held", "models.from_zero", "models.predicted", "models.observed",
        "models.zero.predicted", "models.zero.observed",
    ]  # fmt: skip
    lead = words("models.fifths.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + _drawn(
        words("models.fifths"), [words(key) for key in heads], rows, scale.percent(level)
    )


def residuals(scores: Scores, words: Words) -> Markup:
    """Draw for each group whether it is answered too much or too little, and say how far single answers miss."""
    biases = [one.bias for one in scores.groups]
    most = max([1.0, *map(abs, biases)]) * (1 + _ROOM)
    scale = Scale(most, -most)
    rows: list[Markup] = []
    for one in scores.groups:
        left, right = sorted((50.0, scale.percent(one.bias)))
        kind = "up" if one.bias >= 0 else "down"
        bar = mark(f"bar {kind}", left, width=max(right - left, 0.4))
        rows.append(_row(group(one.group, words), bar, [_signed(one.bias, words)]))
    heads = [words("models.group"), words("models.drawn"), words("models.bias")]
    tiles = [
        (words("models.median_miss"), words.whole(scores.typical.median_ae), ""),
        (words("models.within", amount=words.whole(100)), words.share(scores.typical.within_100, 1), ""),
        (words("models.rmse"), words.whole(scores.expected.rmse), ""),
    ]
    return _drawn(words("models.residuals"), heads, rows, 50.0) + cards.definitions(tiles, "tiles")


def _scale(lows: Sequence[float], highs: Sequence[float]) -> Scale:
    low, high = min(lows), max(highs)
    room = max((high - low) * _ROOM, 1e-9)
    return Scale(high + room, low - room)


def _signed(usd: float, words: Words) -> str:
    sign = "+" if round(usd) > 0 else MINUS if round(usd) < 0 else ""
    return f"{sign}{words.whole(abs(usd))}"


def _look(place: int, fit: int) -> str:
    """Only the first numbers fit a phone."""
    return "usd" if place < fit else "usd more"


def _row(name: str, drawn: Markup, numbers: Sequence[str], *, fit: int = _FIT) -> Markup:
    cells = [cell(number, _look(place, fit)) for place, number in enumerate(numbers)]
    return row(_breaking(name), cell(drawn, "track"), *cells)


def _breaking(name: str) -> Markup:
    """Let a long name end its line where it is joined."""
    return Markup("_<wbr>").join(name.split("_"))


def _drawn(
    caption: str, heads: Sequence[str], rows: Sequence[Markup], dashed: float | None, *, fit: int = _FIT
) -> Markup:
    looks = [_look(place, fit) for place in range(len(heads) - _NAMED)]
    return bars(caption, heads, rows, "measured", dashed=dashed, looks=looks)
