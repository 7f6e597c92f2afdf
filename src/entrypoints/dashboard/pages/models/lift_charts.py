"""Lift, double lift and the Lorenz curve of one version or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.charts.zoomable import INK, OWN, QUIET, RIVAL, category_axis, line, value_axis, zoomable
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.shell import html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.actuarial_report import Curves, DoubleLift
    from entrypoints.dashboard.locale.speech import Words

COLOURS = (OWN, RIVAL)


def lift(sides: Sequence[tuple[str, Curves]], words: Words) -> None:
    """Draw mean predicted and actual cost of each tenth of the people, in the order of each version."""
    tenths = [str(place) for place in range(1, max(len(curves.deciles) for _, curves in sides) + 1)]
    series, heads = [], [words("models.tenth")]
    columns: list[list[str]] = []
    for (name, curves), colour in zip(sides, COLOURS, strict=False):
        predicted = [round(decile.predicted) for decile in curves.deciles]
        observed = [round(decile.observed) for decile in curves.deciles]
        for key, values, dashed in (("models.predicted", predicted, False), ("models.observed", observed, True)):
            label = f"{name}: {words(key)}"
            series.append(line(label, values, colour, dashed=dashed))
            heads.append(label)
            columns.append([words.whole(value) for value in values])
    rows = [list(cells) for cells in zip(tenths, *columns, strict=False)]
    option = {
        "xAxis": category_axis(words("models.tenth.order"), tenths),
        "yAxis": value_axis(words("models.cost"), words),
        "series": series,
    }
    worst = [max(curves.deciles, key=lambda decile: abs(decile.predicted - decile.observed)) for _, curves in sides]
    sentences = [
        words(
            "models.lift.seen", name=name, predicted=words.whole(decile.predicted),
            observed=words.whole(decile.observed),
            tenth=curves.deciles.index(decile) + 1,
        )
        for (name, curves), decile in zip(sides, worst, strict=True)
    ]  # fmt: skip
    html(paragraph(" ".join(sentences), "lead-in"))
    zoomable("lift", words("models.lift"), option, " ".join(sentences), (heads, rows), words)


def double_lift(own: str, lifted: DoubleLift, words: Words) -> None:
    """Draw both versions where they disagree, beside what came true."""
    tenths = [str(place) for place in range(1, len(lifted.portions) + 1)]
    names = own, lifted.rival, words("models.observed")
    columns = [
        [round(portion.predicted) for portion in lifted.portions],
        [round(portion.rival) for portion in lifted.portions],
        [round(portion.observed) for portion in lifted.portions],
    ]
    series = [
        line(names[0], columns[0], OWN),
        line(names[1], columns[1], RIVAL, dashed=True),
        line(names[2], columns[2], INK),
    ]
    option = {
        "xAxis": category_axis(words("models.double_lift.order", own=own, rival=lifted.rival), tenths),
        "yAxis": value_axis(words("models.cost"), words),
        "series": series,
    }
    mine, theirs = lifted.errors
    nearer = own if mine < theirs else lifted.rival
    sentence = words(
        "models.double_lift.seen", own=own, mine=words.whole(mine), rival=lifted.rival, theirs=words.whole(theirs),
        nearer=nearer,
    )  # fmt: skip
    rows = [[tenth, *map(words.whole, cells)] for tenth, *cells in zip(tenths, *columns, strict=True)]
    html(paragraph(sentence, "lead-in"))
    table = [words("models.tenth"), *names], rows
    zoomable("double-lift", words("models.double_lift"), option, sentence, table, words)


def lorenz(sides: Sequence[tuple[str, Curves]], words: Words) -> None:
    """Draw which share of all cost the people have whom each version expects to cost least."""
    series = [
        line(
            name,
            [[point.people, round(point.by_predicted, 4)] for point in curves.lorenz],
            colour,
            dashed=colour == RIVAL,
        )
        for (name, curves), colour in zip(sides, COLOURS, strict=False)
    ]
    own = sides[0][1].lorenz
    actual = [[point.people, round(point.by_observed, 4)] for point in own]
    series.append(line(words("models.lorenz.actual"), actual, INK))
    equal = line(words("models.lorenz.equal"), [[0, 0], [1, 1]], QUIET, dashed=True)
    series.append({**equal, "showSymbol": False})
    axis = {
        "min": 0,
        "max": 1,
        "axisLabel": {"color": "var(--soft)", ":formatter": "value => Math.round(100 * value) + '%'"},
    }
    option = {
        "xAxis": {**value_axis(words("models.lorenz.people"), words, money=False), **axis},
        "yAxis": {**value_axis(words("models.lorenz.cost"), words, money=False), **axis},
        "series": series,
        "tooltip": {"show": False},
    }
    half = [(name, next(point for point in curves.lorenz if point.people >= _HALF)) for name, curves in sides]
    sentence = " ".join(
        words("models.lorenz.seen", name=name, share=words.share(point.by_predicted, 1)) for name, point in half
    )
    heads = [words("models.lorenz.people"), *[name for name, _ in sides], words("models.lorenz.actual")]
    rows = [
        [words.share(people), *[words.share(share, 1) for share in shares]]
        for people, *shares in zip(
            [point.people for point in own],
            *[[point.by_predicted for point in curves.lorenz] for _, curves in sides],
            [point.by_observed for point in own],
            strict=False,
        )
    ]
    html(paragraph(sentence, "lead-in"))
    zoomable("lorenz", words("models.lorenz"), option, sentence, (heads, rows), words)


_HALF = 0.5
