"""Charts of a model's scores: tables with a picture and its numbers in each row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup

from entrypoints.dashboard.charts.drawing import Scale, bars
from entrypoints.dashboard.elements import cell, element, mark, paragraph, row, together
from entrypoints.dashboard.locale.speech import MINUS
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.model_facts import costs_nothing, figure, group, interval, ratio, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.models.model import ModelCard
    from domain.models.scores import FifthScores, PredictiveRatio, Scores
    from entrypoints.dashboard.locale.speech import Words

_ROOM = 0.06
"""Margin at the ends of a scale, as a share of it."""
_MOST_RATIO = 3.0
"""Ratios above this are drawn at the end of the scale."""
_FIT = 2
"""Number of numeric columns that fit a phone."""
_NAMED = 2
"""Columns before the numbers: a name and a picture."""
_NONE = "—"
Sides: TypeAlias = "Sequence[tuple[str, Scores]]"
"""One version or two: the name of each, and its scores."""
SIDES = ("first", "second")
LOOKS = ("point solid", "point rival")
"""Marks of the version and of the version that it is compared with."""
_BARS = ("side-own", "side-rival")


def families(card: ModelCard, words: Words) -> Markup:
    """Draw the comparison that chose the recipe: the mean over folds, one standard deviation to each side."""
    compared, metric = card.provenance.compared, card.provenance.metric
    if not compared:
        return paragraph(words("models.families.none"), "empty")
    scale = _scale(
        [family.mean - family.spread for family in compared], [family.mean + family.spread for family in compared]
    )
    rows: list[Markup] = []
    for family in compared:
        ours = family.name == card.recipe.name
        left, right = scale.percent(family.mean - family.spread), scale.percent(family.mean + family.spread)
        point = mark("point solid" if ours else "point square", scale.percent(family.mean))
        drawn = mark("whisker", left, width=right - left) + point
        chosen = f" ({words('models.chosen')})" if ours else ""
        rows.append(
            _row(
                family.name + chosen,
                drawn,
                [figure(metric, family.mean, words), f"± {figure(metric, family.spread, words)}"],
            )
        )
    heads = ["models.family", "models.drawn", "models.mean", "models.over_folds"]
    lead = words("models.families.lead", metric=words.or_else(f"models.{metric}", metric))
    return together(
        paragraph(lead, "lead-in"),
        _drawn(words("models.families"), [words(key) for key in heads], rows, scale.percent(compared[0].mean)),
        paragraph(words("models.families.legend"), "hint"),
    )


def calibration(sides: Sides, words: Words) -> Markup:
    """Draw the nominal and the observed coverage of ranges of each level."""
    if not sides[0][1].calibration:
        return paragraph(words("models.calibration.none"), "empty")
    scale = Scale(1.0)
    rows: list[Markup] = []
    for calibration in sides[0][1].calibration:
        held = [
            next((it.coverage for it in scores.calibration if it.level == calibration.level), None)
            for _, scores in sides
        ]
        lanes: list[Markup | None] = []
        for place, coverage in enumerate(held):
            if coverage is None:
                lanes.append(None)
                continue
            left, right = sorted((scale.percent(calibration.level), scale.percent(coverage)))
            link = mark("link", left, width=right - left)
            promised = mark("point square", scale.percent(calibration.level))
            lanes.append(together(link, promised, mark(LOOKS[place], scale.percent(coverage))))
        numbers = [_none(coverage, lambda share: words.share(share, 1)) for coverage in held]
        rows.append(_row(words.share(calibration.level), _lanes(lanes), numbers))
    heads = [words("models.promised"), words("models.drawn"), *_each(sides, words("models.held"))]
    return together(
        paragraph(words("models.calibration.lead"), "lead-in"),
        _drawn(words("models.calibration"), heads, rows, None),
        paragraph(words("models.calibration.legend"), "hint"),
        _quantiles(sides, words),
    )


def _quantiles(sides: Sides, words: Words) -> Markup:
    levels = [quantile.level for quantile in sides[0][1].quantiles]
    if not levels:
        return Markup()
    below = [
        {quantile.level: words.share(quantile.coverage, 1) for quantile in scores.quantiles} for _, scores in sides
    ]
    lines = [(words.share(level), *[side.get(level, _NONE) for side in below]) for level in levels]
    heads = [words("models.quantile"), *_each(sides, words("models.below"))]
    return element("h3", words("models.quantiles")) + table(words("models.quantiles"), heads, lines)


def coverage(sides: Sides, words: Words) -> Markup:
    """Draw the observed coverage of the range in each group beside its nominal coverage."""
    level = sides[0][1].interval.level
    low = min([level, *(scored.coverage for _, scores in sides for scored in scores.groups)])
    scale = Scale(1.0, max(0.0, min(0.8, low - 0.05)))
    rows: list[Markup] = []
    for name in _groups(sides):
        scores_of_group = [
            next((scored for scored in scores.groups if scored.group == name), None) for _, scores in sides
        ]
        lanes = [
            mark(LOOKS[place], scale.percent(scored.coverage)) if scored else None
            for place, scored in enumerate(scores_of_group)
        ]
        held = [words.share(scored.coverage, 1) if scored else _NONE for scored in scores_of_group]
        people = next(words.count(scored.rows) for scored in scores_of_group if scored)
        widths = [words.whole(scored.mean_width) if scored else _NONE for scored in scores_of_group]
        rows.append(_row(group(name, words), _lanes(lanes), [*held, people, *widths]))
    heads = [
        words("models.group"), words("models.drawn"), *_each(sides, words("models.held")), words("models.people"),
        *_each(sides, words("models.width")),
    ]  # fmt: skip
    lead = words("models.groups.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + _drawn(words("models.groups"), heads, rows, scale.percent(level))


def ratios(sides: Sides, words: Words) -> Markup:
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
    named = {words("models.ratio.all"): scores.actuarial.overall}
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
    scale = _scale([low], [high])

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
        numbers = [_NONE if estimate is None else ratio(replace(estimate, low=None), words) for estimate in several]
        numbers += [_NONE if estimate is None else interval(estimate, words) for estimate in several]
        numbers += [counts[place]] if counts else []
        lanes = [lane(estimate, side) for side, estimate in enumerate(several)]
        rows.append(_row(name, _lanes(lanes), numbers, fit=len(names)))
    heads = [head, words("models.drawn")]
    for title in (words("models.ratio.head"), words("models.ratio.ends")):
        heads += [f"{name}: {title}" if len(names) > 1 else title for name in names]
    heads += [words("models.people")] if counts else []
    return _drawn(caption, heads, rows, scale.percent(1.0), fit=len(names))


def fifths(sides: Sides, words: Words) -> Markup:
    """Draw the coverage of the range in each fifth of the people, with predicted and observed costs."""
    own = sides[0][1]
    if not own.fifths:
        return paragraph(words("models.calibration.none"), "empty")
    level = own.interval.level
    low = min([level, *(fifth.coverage for _, scores in sides for fifth in scores.fifths)])
    scale = Scale(1.0, max(0.0, min(0.8, low - 0.05)))
    free = any(costs_nothing(scores) or any(fifth.from_zero for fifth in scores.fifths) for _, scores in sides)
    keys = ("held", "predicted", "observed", *(("from_zero", "zero.predicted", "zero.observed") if free else ()))
    rows: list[Markup] = []
    for number in range(1, len(own.fifths) + 1):
        same_fifth = [scores.fifths[number - 1] if len(scores.fifths) >= number else None for _, scores in sides]
        lanes = [
            mark(LOOKS[place], scale.percent(scored.coverage)) if scored else None
            for place, scored in enumerate(same_fifth)
        ]
        several = [_fifth(fifth, words)[: len(keys)] for fifth in same_fifth]
        rows.append(_row(words("models.fifth", number=number), _lanes(lanes), _interleaved(several)))
    heads = [words("models.group"), words("models.drawn")]
    for key in keys:
        heads += _each(sides, words(f"models.{key}"))
    lead = words("models.fifths.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + _drawn(words("models.fifths"), heads, rows, scale.percent(level))


def _fifth(fifth: FifthScores | None, words: Words) -> list[str]:
    if fifth is None:
        return [_NONE] * 6
    return [
        words.share(fifth.coverage, 1), words.whole(fifth.predicted), words.whole(fifth.observed),
        words.share(fifth.from_zero), words.share(fifth.zero_predicted, 1), words.share(fifth.zero_observed, 1),
    ]  # fmt: skip


def residuals(sides: Sides, words: Words) -> Markup:
    """Draw the bias of the expected cost in each group, with scores of single errors."""
    biases = [scored.bias for _, scores in sides for scored in scores.groups]
    most = max([1.0, *map(abs, biases)]) * (1 + _ROOM)
    scale = Scale(most, -most)
    rows: list[Markup] = []
    for name in _groups(sides):
        lanes: list[Markup | None] = []
        numbers: list[str] = []
        for place, (_, scores) in enumerate(sides):
            bias = next((scored.bias for scored in scores.groups if scored.group == name), None)
            numbers.append(_none(bias, lambda usd: _signed(usd, words)))
            if bias is None:
                lanes.append(None)
                continue
            left, right = sorted((50.0, scale.percent(bias)))
            look = _BARS[place] if len(sides) > 1 else "up" if bias >= 0 else "down"
            lanes.append(mark(f"bar {look}", left, width=max(right - left, 0.4)))
        rows.append(_row(group(name, words), _lanes(lanes), numbers))
    heads = [words("models.group"), words("models.drawn"), *_each(sides, words("models.bias"))]
    tiles = [
        (label, ", ".join(f"{name}: {write(scores)}" if len(sides) > 1 else write(scores) for name, scores in sides))
        for label, write in (
            (words("models.median_miss"), lambda scores: words.whole(scores.typical.median_ae)),
            (words("models.within", amount=words.whole(100)), lambda scores: words.share(scores.typical.within_100, 1)),
            (words("models.rmse"), lambda scores: words.whole(scores.expected.rmse)),
        )
    ]
    return _drawn(words("models.residuals"), heads, rows, 50.0) + cards.definitions(tiles, "tiles")


def legend(names: Sequence[str]) -> Markup:
    """Return the legend of the versions' marks; empty for a single version."""
    if len(names) < len(LOOKS):
        return Markup()
    marks = [
        element("span", element("i", classes=f"swatch {look}"), name) for look, name in zip(SIDES, names, strict=True)
    ]
    return element("p", *marks, classes="legend")


def _groups(sides: Sides) -> list[str]:
    return list(dict.fromkeys(scored.group for _, scores in sides for scored in scores.groups))


def _each(sides: Sides, head: str) -> list[str]:
    return [f"{name}: {head}" for name, _ in sides] if len(sides) > 1 else [head]


def _interleaved(several: Sequence[Sequence[str]]) -> list[str]:
    return [number for numbers in zip(*several, strict=True) for number in numbers]


def _none(value: float | None, write: Callable[[float], str]) -> str:
    return _NONE if value is None else write(value)


def _lanes(drawn: Sequence[Markup | None]) -> Markup:
    """Stack the marks of several versions in lanes."""
    if len(drawn) == 1:
        return drawn[0] or Markup()
    return together(*[element("div", lane or "", classes="lane") for lane in drawn])


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
