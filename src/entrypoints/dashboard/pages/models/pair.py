"""Which two versions are looked at: named by the address, so that a link can be shared, and chosen in a small form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from application.models.compared_versions import Pair
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.elements import element

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from application.models.compared_versions import Compared
    from application.models.review_models import ReviewedVersion
    from entrypoints.dashboard.locale.speech import Words

SECTIONS: Final = ("fit", "rows", "facts", "runs", "data")
"""Pages below that of the models, in their order."""
NOTHING: Final = "-"
"""In an address, what stands for no choice: `element` writes no empty attribute."""
_LONGEST: Final = 9


def pair_of(query: Mapping[str, str]) -> Pair:
    """Read the numbers of the versions from an address; what is no number names none.

    >>> pair_of({"version": "3", "against": "two"})
    Pair(version=3, against=None)
    """
    return Pair(_number(query.get("version", "")), _number(query.get("against", "")))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST else None


def address(section: str, pair: Pair, **more: str) -> str:
    """Return the address of a page about two versions."""
    given = {"version": pair.version, "against": pair.against, **more}
    query = urlencode({name: value for name, value in given.items() if value})
    return at(f"/models/{section}" + (f"?{query}" if query else ""))


def sections(here: str, pair: Pair, words: Words) -> Markup:
    """Link to the pages about the same two versions."""
    overview = element("a", words("models.section.overview"), href=at("/models"), aria_current="page" * (not here))
    links = [
        element(
            "a",
            words(f"models.section.{section}"),
            href=address(section, pair),
            aria_current="page" if section == here else None,
        )
        for section in SECTIONS
    ]
    return element("nav", overview, *links, classes="sections", aria_label=words("models.sections"))


def hidden_pair(pair: Pair) -> list[Markup]:
    """Write the fields of a form that let the two versions stay."""
    numbers = (("version", pair.version), ("against", pair.against))
    return [element("input", type="hidden", name=name, value=number) for name, number in numbers if number]


def picker(
    here: str,
    compared: Compared,
    versions: Sequence[ReviewedVersion],
    words: Words,
    query_parameters: Mapping[str, str],
) -> Markup:
    """Write the form that chooses two versions; it opens the address of what was chosen, without a script.

    Args:
        here: the page.
        compared: what is shown now.
        versions: all there are.
        words: the words of the visit.
        query_parameters: other parts of the address that stay.
    """
    named = [(str(reviewed.version.number), name_of(reviewed, words)) for reviewed in versions]
    rival = str(compared.rival.number) if compared.rival else ""
    hidden = [element("input", type="hidden", name=name, value=value) for name, value in query_parameters.items()]
    return element(
        "form",
        select("version", words("models.version"), named, str(compared.own.number)),
        select("against", words("models.pair.against"), [("", words("models.pair.alone")), *named], rival),
        *hidden,
        element("button", words("models.pair.show"), type="submit", classes="btn"),
        method="get",
        action=at(f"/models/{here}"),
        classes="pair",
    )


def select(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str) -> Markup:
    """Write a list to choose from, with its label; the option that stands for nothing has the value `NOTHING`."""
    listed = [
        element("option", text, value=value or NOTHING, selected="selected" if value == chosen else None)
        for value, text in options
    ]
    return element(
        "div",
        element("label", label, **{"for": f"pair-{name}"}),
        element("span", element("select", *listed, id=f"pair-{name}", name=name), classes="select"),
        classes="field",
    )


def name_of(reviewed: ReviewedVersion, words: Words) -> str:
    """Name a version in a list: its number, its recipe, and whether it is in service."""
    recipe = reviewed.version.card.recipe.name
    serves = f", {words('models.serves')}" if reviewed.is_champion else ""
    return f"{reviewed.version.number} ({recipe}{serves})"
