"""Runs compared: recipes by how good they were and how long they took, and trials of tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrypoints.dashboard.charts.zoomable import OWN, RIVAL, value_axis, zoomable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models.model import ModelCard
    from entrypoints.dashboard.locale.speech import Words

_SIDES = ((OWN, "circle"), (RIVAL, "rect"))


def recipes(sides: Sequence[tuple[str, ModelCard]], words: Words) -> bool:
    """Draw the error of each recipe that was compared beside the seconds of a fit; return whether there are any."""
    series: list[dict[str, Any]] = []
    rows: list[list[str]] = []
    for (name, card), (colour, symbol) in zip(sides, _SIDES, strict=False):
        timed = [one for one in card.provenance.compared if one.seconds is not None]
        rows += [[name, one.name, f"{one.mean:.3f}", f"{one.spread:.3f}", f"{one.seconds:.2f}"] for one in timed]
        series.append(
            {
                "type": "scatter", "name": name, "symbol": symbol, "symbolSize": 10, "itemStyle": {"color": colour},
                "data": [{"value": [one.seconds, one.mean], "name": one.name} for one in timed],
                "label": {"show": True, "formatter": "{b}", "position": "right", "color": "var(--ink)"},
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
            "axisLabel": {"color": "var(--soft)", "hideOverlap": True},
        },
        "yAxis": {**value_axis(title, words, money=metric != "r2"), "scale": True, "boundaryGap": ["10%", "10%"]},
        "series": series,
        "grid": {"left": 64, "right": 140, "top": 40, "bottom": 60},
        "tooltip": {"show": False},
    }
    heads = [words(f"models.{key}") for key in ("version", "recipe", "mean", "over_folds", "seconds")]
    said = words("models.recipes.seen", count=len(rows))
    zoomable("recipes", words("models.recipes"), option, said, (heads, rows), words)
    return True
