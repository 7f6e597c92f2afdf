"""A chance as a hundred people, of whom some are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.elements import element

if TYPE_CHECKING:
    from markupsafe import Markup

_ALL: Final = 100


def hundred(chance: float, seen: str) -> Markup:
    """Draw a hundred people in rows of twenty; as many are marked as the chance says, rounded.

    Args:
        chance: the chance that the marked icons stand for.
        seen: what is drawn, in words.
    """
    marked = round(_ALL * chance)
    people = (element("i", classes="some" if place < marked else "") for place in range(_ALL))
    return element("div", *people, classes="hundred", role="img", aria_label=seen)
