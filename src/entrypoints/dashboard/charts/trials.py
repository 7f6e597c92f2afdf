"""Charts of a search for hyperparameters: trials as points, the best so far as a line, and a table."""

from __future__ import annotations

from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from domain.models.evaluation import Metric
from entrypoints.dashboard.charts.drawing import Scale, field_of_view, numbers
from entrypoints.dashboard.elements import cell, element, mark, paragraph, row, together
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.model_facts import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from domain.models.model import Provenance
    from entrypoints.dashboard.locale.speech import Words

_HEIGHT: Final = 200
"""Height of the drawing in its own units."""
_ROOM: Final = 0.08
"""Margin at the ends of the scale, as a share of it."""
_MOST_TICKS: Final = 5


def tuning(made: Provenance, words: Words) -> Markup:
    """Return the number of trials, their run, and a chart of them where there are several."""
    sentence = words("models.tuning.some", count=made.trials) if made.trials else words("models.tuning.none")
    finished = [(number, value) for number, value in enumerate(made.tried, 1) if value is not None]
    return together(
        paragraph(sentence),
        _drawn(made, finished, words) if len(finished) > 1 else "",
        _table(made, words) if finished else "",
        cards.definitions([(words("models.tuning.run"), made.tracking_run)], "") if made.tracking_run else "",
    )


def _drawn(made: Provenance, finished: Sequence[tuple[int, float]], words: Words) -> Markup:
    values = [value for _, value in finished]
    low, high = min(values), max(values)
    room = (high - low) * _ROOM or max(abs(high), 1.0) * _ROOM
    across, up = Scale(len(made.tried) + 0.5, 0.5), Scale(high + room, low - room)

    def place(number: float, value: float) -> str:
        return f"{10 * across.percent(number):.1f},{_HEIGHT - _HEIGHT * up.percent(value) / 100:.1f}"

    better = max if Metric(made.metric).sign < 0 else min
    best = list(zip((number for number, _ in finished), accumulate(values, better), strict=True))
    steps = [place(*best[0])]
    for (_, before), (number, now) in pairwise(best):
        steps += [place(number, before), place(number, now)]
    steps.append(place(len(made.tried) + 0.5, best[-1][1]))
    points = [
        mark(
            "point solid" if value == best[-1][1] else "point trial",
            across.percent(number),
            bottom=up.percent(value),
        )
        for number, value in finished
    ]
    write = partial(figure, made.metric, words=words)
    levels = [(write(value), up.percent(value)) for value in sorted({low, high})]
    every = -(-len(made.tried) // _MOST_TICKS)
    ticks = [(str(number), across.percent(number)) for number in range(1, len(made.tried) + 1, every)]
    seen = words(
        "models.tuning.seen",
        trials=words.count(len(made.tried)),
        first=write(values[0]),
        best=write(best[-1][1]),
        place=next(number for number, value in finished if value == best[-1][1]),
    )
    missing = len(made.tried) - len(finished)
    rest = words("models.tuning.legend.some", unfinished=words.count(missing)) if missing else ""
    drawn = field_of_view([("curve", f"M{' L'.join(steps)}")], levels, ticks, _HEIGHT, together(*points))
    below = paragraph(words("models.tuning.trial"), "axis-title")
    return together(
        paragraph(words.or_else(f"models.{made.metric}", made.metric), "axis-title above"),
        element("div", drawn, below, classes="band trials", role="img", aria_label=seen),
        paragraph(words("models.tuning.legend", unfinished=rest).strip(), "hint"),
    )


def _table(made: Provenance, words: Words) -> Markup:
    metric = words.or_else(f"models.{made.metric}", made.metric)
    cut = words("models.tuning.cut")
    rows = [
        row(number, cell(cut if value is None else figure(made.metric, value, words)))
        for number, value in enumerate(made.tried, 1)
    ]
    heads = words("models.tuning.trial"), metric
    return numbers(words("curve.table"), words("models.tuning.trials"), heads, rows)
