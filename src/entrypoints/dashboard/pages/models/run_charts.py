"""Runs compared: recipes by how good they were and how long they took, and trials of tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrypoints.dashboard.charts.zoomable import OWN, RIVAL, value_axis, zoomable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import FamilySummary, ModelCard
    from entrypoints.dashboard.locale.speech import Words

_NEAR = 1.6
"""Points whose seconds differ by less than this factor may cover each other's names."""
_SIDES = ((OWN, "circle"), (RIVAL, "rect"))


def recipes(sides: Sequence[tuple[str, ModelCard]], words: Words) -> bool:
    """Draw the error of each recipe that was compared beside the seconds of a fit; return whether there are any."""
    series: list[dict[str, Any]] = []
    everything = [family for _, card in sides for family in card.provenance.compared]
    rows: list[list[str]] = []
    for (name, card), (colour, symbol) in zip(sides, _SIDES, strict=False):
        timed = [family for family in card.provenance.compared if family.seconds is not None]
        rows += [
            [name, family.name, f"{family.mean:.3f}", f"{family.spread:.3f}", f"{family.seconds:.2f}"]
            for family in timed
        ]
        series.append(
            {
                "type": "scatter", "name": name, "symbol": symbol, "symbolSize": 10, "itemStyle": {"color": colour},
                "data": [_point(family, everything) for family in timed],
                "label": {"show": True, "formatter": "{b}", "color": "var(--ink)"},
                "labelLayout": {"hideOverlap": True}, "emphasis": {"disabled": True},
            }
        )  # fmt: skip
    if not rows:
        return False
    metric = sides[0][1].provenance.metric
    title = words.or_else(f"models.{metric}", metric)
    option = {
        "xAxis": {
            **value_axis(words("models.seconds"), words, money=False),
            "type": "log",
            "logBase": 2,  # a fit that takes ten times as long as another is three ticks away, not one
            "axisLabel": {"color": "var(--soft)", "hideOverlap": True},
        },
        "yAxis": {**value_axis(title, words, money=metric != "r2"), "scale": True, "boundaryGap": ["10%", "10%"]},
        "series": series,
        "grid": {"left": 76, "right": 48, "top": 56, "bottom": 60},
        "tooltip": {"trigger": "item", "formatter": "{b}"},
    }
    heads = [words(f"models.{key}") for key in ("version", "recipe", "mean", "over_folds", "seconds")]
    sentence = words("models.recipes.seen", count=len(rows))
    zoomable("recipes", words("models.recipes"), option, sentence, (heads, rows), words, hides_labels=True)
    return True


def _point(family: FamilySummary, everything: Sequence[FamilySummary]) -> dict[str, Any]:
    """Place a recipe, with its name on a side where no other recipe stands."""
    seconds = family.seconds or 0.0
    near = [it for it in everything if it is not family and it.seconds and 1 / _NEAR < it.seconds / seconds < _NEAR]
    above, below = any(it.mean >= family.mean for it in near), any(it.mean < family.mean for it in near)
    side = "top" if not above else "right" if below else "bottom"
    return {"value": [seconds, family.mean], "name": family.name, "label": {"position": side}}
