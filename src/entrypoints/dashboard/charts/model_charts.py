"""Charts of a model's scores: tables with a picture and its numbers in each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup

from domain.models.scores import CLOSE
from entrypoints.dashboard.charts.drawing import Scale
from entrypoints.dashboard.charts.score_table import LOOKS, ROOM, scale_around, score_row, score_table, titles
from entrypoints.dashboard.elements import element, mark, paragraph, together
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.model_facts import NONE, figure, group, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from domain.models.model import ModelCard
    from domain.models.scores import FifthScores, GroupScores, Scores
    from entrypoints.dashboard.locale.speech import Words

Sides: TypeAlias = "Sequence[tuple[str, Scores]]"
"""One version or two: the name of each, and its scores."""
_BARS = ("side-own", "side-rival")


def families(card: ModelCard, words: Words) -> Markup:
    """Draw the comparison that chose the recipe: the mean over folds, one standard deviation to each side."""
    compared, metric = card.provenance.compared, card.provenance.metric
    if not compared:
        return paragraph(words("models.families.none"), "empty")
    scale = scale_around(
        [family.mean - family.spread for family in compared], [family.mean + family.spread for family in compared]
    )
    rows: list[Markup] = []
    for family in compared:
        ours = family.name == card.recipe.name
        left, right = scale.percent(family.mean - family.spread), scale.percent(family.mean + family.spread)
        point = mark("point solid" if ours else "point square", scale.percent(family.mean))
        drawn = mark("whisker", left, width=right - left) + point
        chosen = f" ({words('models.chosen')})" if ours else ""
        numbers = [figure(metric, family.mean, words), f"± {figure(metric, family.spread, words)}"]
        rows.append(score_row(family.name + chosen, [drawn], numbers))
    heads = ["models.recipe", "models.drawn", "models.mean", "models.over_folds"]
    lead = words("models.families.lead", metric=words.or_else(f"models.{metric}", metric))
    return together(
        paragraph(lead, "lead-in"),
        score_table(words("models.families"), [words(key) for key in heads], rows, scale.percent(compared[0].mean)),
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
        rows.append(score_row(words.share(calibration.level), lanes, numbers))
    heads = [words("models.promised"), words("models.drawn"), *_titles(sides, words("models.held"))]
    return together(
        paragraph(words("models.calibration.lead"), "lead-in"),
        score_table(words("models.calibration"), heads, rows, None),
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
    lines = [(words.share(level), *[side.get(level, NONE) for side in below]) for level in levels]
    heads = [words("models.quantile"), *_titles(sides, words("models.below"))]
    return element("h3", words("models.quantiles")) + table(words("models.quantiles"), heads, lines)


def coverage(sides: Sides, words: Words) -> Markup:
    """Draw the observed coverage of the range in each group beside its nominal coverage."""
    level = sides[0][1].interval.level
    scale = _coverage_scale(level, (scored.coverage for _, scores in sides for scored in scores.groups))
    rows: list[Markup] = []
    for name in _groups(sides):
        scores_of_group = [
            next((scored for scored in scores.groups if scored.group == name), None) for _, scores in sides
        ]
        held = [words.share(scored.coverage, 1) if scored else NONE for scored in scores_of_group]
        people = next(words.count(scored.rows) for scored in scores_of_group if scored)
        widths = [words.whole(scored.mean_width) if scored else NONE for scored in scores_of_group]
        rows.append(score_row(group(name, words), _points(scores_of_group, scale), [*held, people, *widths]))
    heads = [
        words("models.group"), words("models.drawn"), *_titles(sides, words("models.held")), words("models.people"),
        *_titles(sides, words("models.width")),
    ]  # fmt: skip
    lead = words("models.groups.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + score_table(words("models.groups"), heads, rows, scale.percent(level))


def fifths(sides: Sides, words: Words) -> Markup:
    """Draw the coverage of the range in each fifth of the people, with predicted and observed costs."""
    own = sides[0][1]
    if not own.fifths:
        return paragraph(words("models.calibration.none"), "empty")
    level = own.interval.level
    scale = _coverage_scale(level, (fifth.coverage for _, scores in sides for fifth in scores.fifths))
    free = any(scores.without_cost or any(fifth.from_zero for fifth in scores.fifths) for _, scores in sides)
    keys = ("held", "predicted", "observed", *(("from_zero", "zero.predicted", "zero.observed") if free else ()))
    rows: list[Markup] = []
    for number in range(1, len(own.fifths) + 1):
        same_fifth = [scores.fifths[number - 1] if len(scores.fifths) >= number else None for _, scores in sides]
        several = [_fifth(fifth, words)[: len(keys)] for fifth in same_fifth]
        rows.append(score_row(words("models.fifth", number=number), _points(same_fifth, scale), _interleaved(several)))
    heads = [words("models.group"), words("models.drawn")]
    for key in keys:
        heads += _titles(sides, words(f"models.{key}"))
    lead = words("models.fifths.lead", level=words.share(level))
    return paragraph(lead, "lead-in") + score_table(words("models.fifths"), heads, rows, scale.percent(level))


def _fifth(fifth: FifthScores | None, words: Words) -> list[str]:
    if fifth is None:
        return [NONE] * 6
    return [
        words.share(fifth.coverage, 1), words.whole(fifth.predicted), words.whole(fifth.observed),
        words.share(fifth.from_zero), words.share(fifth.zero_predicted, 1), words.share(fifth.zero_observed, 1),
    ]  # fmt: skip


def residuals(sides: Sides, words: Words) -> Markup:
    """Draw the bias of the expected cost in each group, with scores of single errors."""
    biases = [scored.bias for _, scores in sides for scored in scores.groups]
    most = max([1.0, *map(abs, biases)]) * (1 + ROOM)
    scale = Scale(most, -most)
    rows: list[Markup] = []
    for name in _groups(sides):
        lanes: list[Markup | None] = []
        numbers: list[str] = []
        for place, (_, scores) in enumerate(sides):
            bias = next((scored.bias for scored in scores.groups if scored.group == name), None)
            numbers.append(_none(bias, words.signed))
            if bias is None:
                lanes.append(None)
                continue
            left, right = sorted((50.0, scale.percent(bias)))
            look = _BARS[place] if len(sides) > 1 else "up" if bias >= 0 else "down"
            lanes.append(mark(f"bar {look}", left, width=max(right - left, 0.4)))
        rows.append(score_row(group(name, words), lanes, numbers))
    heads = [words("models.group"), words("models.drawn"), *_titles(sides, words("models.bias"))]
    within = words("models.within", amount=words.whole(CLOSE))
    tiles = [
        (label, ", ".join(f"{name}: {write(scores)}" if len(sides) > 1 else write(scores) for name, scores in sides))
        for label, write in (
            (words("models.median_miss"), lambda scores: words.whole(scores.typical.median_ae)),
            (within, lambda scores: words.share(scores.typical.within_100, 1)),
            (words("models.rmse"), lambda scores: words.whole(scores.expected.rmse)),
        )
    ]
    return score_table(words("models.residuals"), heads, rows, 50.0) + cards.definitions(tiles, "tiles")


def _titles(sides: Sides, title: str) -> list[str]:
    return titles([name for name, _ in sides], title)


def _groups(sides: Sides) -> list[str]:
    return list(dict.fromkeys(scored.group for _, scores in sides for scored in scores.groups))


def _coverage_scale(level: float, coverages: Iterable[float]) -> Scale:
    return Scale(1.0, max(0.0, min(0.8, min([level, *coverages]) - 0.05)))


def _points(of_sides: Sequence[GroupScores | FifthScores | None], scale: Scale) -> list[Markup | None]:
    return [
        mark(LOOKS[place], scale.percent(scored.coverage)) if scored else None for place, scored in enumerate(of_sides)
    ]


def _interleaved(several: Sequence[Sequence[str]]) -> list[str]:
    return [number for numbers in zip(*several, strict=True) for number in numbers]


def _none(value: float | None, write: Callable[[float], str]) -> str:
    return NONE if value is None else write(value)
