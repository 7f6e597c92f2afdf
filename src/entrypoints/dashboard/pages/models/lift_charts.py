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
        predicted = [round(one.predicted) for one in curves.deciles]
        observed = [round(one.observed) for one in curves.deciles]
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
    worst = [max(curves.deciles, key=lambda one: abs(one.predicted - one.observed)) for _, curves in sides]
    said = [
        words(
            "models.lift.seen", name=name, predicted=words.whole(one.predicted), observed=words.whole(one.observed),
            tenth=curves.deciles.index(one) + 1,
        )
        for (name, curves), one in zip(sides, worst, strict=True)
    ]  # fmt: skip
    html(paragraph(" ".join(said), "lead-in"))
    zoomable("lift", words("models.lift"), option, " ".join(said), (heads, rows), words)


def double_lift(own: str, lifted: DoubleLift, words: Words) -> None:
    """Draw both versions where they disagree, beside what came true."""
    tenths = [str(place) for place in range(1, len(lifted.portions) + 1)]
    names = own, lifted.rival, words("models.observed")
    columns = [
        [round(one.predicted) for one in lifted.portions],
        [round(one.rival) for one in lifted.portions],
        [round(one.observed) for one in lifted.portions],
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
    said = words(
        "models.double_lift.seen", own=own, mine=words.whole(mine), rival=lifted.rival, theirs=words.whole(theirs),
        nearer=nearer,
    )  # fmt: skip
    rows = [[tenth, *map(words.whole, cells)] for tenth, *cells in zip(tenths, *columns, strict=True)]
    html(paragraph(said, "lead-in"))
    table = [words("models.tenth"), *names], rows
    zoomable("double-lift", words("models.double_lift"), option, said, table, words)


def lorenz(sides: Sequence[tuple[str, Curves]], words: Words) -> None:
    """Draw which share of all cost the people have whom each version expects to cost least."""
    series = [
        line(name, [[one.people, round(one.by_predicted, 4)] for one in curves.lorenz], colour, dashed=colour == RIVAL)
        for (name, curves), colour in zip(sides, COLOURS, strict=False)
    ]
    own = sides[0][1].lorenz
    actual = [[one.people, round(one.by_observed, 4)] for one in own]
    series.append(line(words("models.lorenz.actual"), actual, INK))
    equal = line(words("models.lorenz.equal"), [[0, 0], [1, 1]], QUIET, dashed=True)
    series.append({**equal, "showSymbol": False})
    axis = {"min": 0, "max": 1}
    option = {
        "xAxis": {**value_axis(words("models.lorenz.people"), words, money=False), **axis},
        "yAxis": {**value_axis(words("models.lorenz.cost"), words, money=False), **axis},
        "series": series,
        "tooltip": {"show": False},
    }
    half = [(name, next(one for one in curves.lorenz if one.people >= _HALF)) for name, curves in sides]
    said = " ".join(
        words("models.lorenz.seen", name=name, share=words.share(one.by_predicted, 1)) for name, one in half
    )
    heads = [words("models.lorenz.people"), *[name for name, _ in sides], words("models.lorenz.actual")]
    rows = [
        [words.share(people), *[words.share(share, 1) for share in shares]]
        for people, *shares in zip(
            [one.people for one in own],
            *[[one.by_predicted for one in curves.lorenz] for _, curves in sides],
            [one.by_observed for one in own],
            strict=False,
        )
    ]
    html(paragraph(said, "lead-in"))
    zoomable("lorenz", words("models.lorenz"), option, said, (heads, rows), words)


_HALF = 0.5
