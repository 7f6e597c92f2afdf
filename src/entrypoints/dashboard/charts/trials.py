"""How the search for hyperparameters went: each trial as a point, the best so far as a line; and a table."""

from __future__ import annotations

from functools import partial
from html import escape
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from domain.models.evaluation import Metric
from entrypoints.dashboard.charts.drawing import Scale
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.model_facts import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import Provenance
    from entrypoints.dashboard.locale.speech import Words

_HEIGHT: Final = 200
"""Of the drawing, in units of its own."""
_ROOM: Final = 0.08
"""Share of the scale that is left free at its ends."""
_MOST_TICKS: Final = 5


def tuning(made: Provenance, words: Words) -> str:
    """Say how many trials there were, draw them where the card has them, and name the run that has the rest."""
    said = words("models.tuning.some", trials=words.count(made.trials)) if made.trials else words("models.tuning.none")
    finished = [(number, value) for number, value in enumerate(made.tried, 1) if value is not None]
    run = cards.definitions([(words("models.tuning.run"), made.tracking_run, "")], "") if made.tracking_run else ""
    return (
        f"<p>{escape(said)}</p>"
        + (_drawn(made, finished, words) + _table(made, words) if finished else "")
        + f'<p class="hint">{escape(words("models.tuning.where"))}</p>{run}'
    )


def _drawn(made: Provenance, finished: Sequence[tuple[int, float]], words: Words) -> str:
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
    points = "".join(
        f'<i class="point{" solid" if value == best[-1][1] else " trial"}" '
        f'style="left:{across.percent(number):.2f}%;bottom:{up.percent(value):.2f}%"></i>'
        for number, value in finished
    )
    told = partial(figure, made.metric, words=words)
    levels = "".join(
        f'<span class="level" style="bottom:{up.percent(value):.2f}%">{escape(told(value))}</span>'
        for value in sorted({low, high})
    )
    every = -(-len(made.tried) // _MOST_TICKS)
    ticks = "".join(
        f'<span class="tick" style="left:{across.percent(number):.2f}%">{number}</span>'
        for number in range(1, len(made.tried) + 1, every)
    )
    seen = words(
        "models.tuning.seen",
        trials=words.count(len(made.tried)),
        first=told(values[0]),
        best=told(best[-1][1]),
        place=next(number for number, value in finished if value == best[-1][1]),
    )
    missing = len(made.tried) - len(finished)
    rest = words("models.tuning.legend.some", unfinished=words.count(missing)) if missing else ""
    return (
        f'<div class="band trials" role="img" aria-label="{escape(seen)}">'
        f'<div class="levels">{levels}</div><div class="field-of-view">'
        f'<svg viewBox="0 0 1000 {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="curve" d="M{" L".join(steps)}"/></svg>{points}</div>'
        f'<div class="axis">{ticks}</div></div>'
        f'<p class="hint">{escape(words("models.tuning.legend", unfinished=rest).strip())}</p>'
    )


def _table(made: Provenance, words: Words) -> str:
    metric = words.or_else(f"models.{made.metric}", made.metric)
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (words("models.tuning.trial"), metric))
    cut = words("models.tuning.cut")
    rows = "".join(
        f'<tr><th scope="row">{number}</th>'
        f"<td>{escape(cut if value is None else figure(made.metric, value, words))}</td></tr>"
        for number, value in enumerate(made.tried, 1)
    )
    return (
        f'<details class="numbers"><summary>{escape(words("models.tuning.table"))}</summary><table>'
        f'<caption class="veiled">{escape(words("models.tuning.trials"))}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
