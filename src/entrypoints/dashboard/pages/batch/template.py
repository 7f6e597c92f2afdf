"""What a file has to look like: its columns, named before anybody uploads one, and an empty file to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.scoring_task import FileKind
from entrypoints.dashboard.elements import cell, element, head, row, table

if TYPE_CHECKING:
    from markupsafe import Markup

    from domain.people.fact import Fact
    from entrypoints.dashboard.locale.speech import Words

TEMPLATES: Final = {f"people.{kind.value}": kind for kind in (FileKind.CSV, FileKind.XLSX)}
"""Files to fill in, and their kinds."""


def columns(words: Words) -> Markup:
    """Show the columns of a file: how each is called, and what is written there."""
    heads = [head(words(f"batch.columns.{key}")) for key in ("name", "fact", "write")]
    rows = [row(fact.header, cell(words.label(fact)), cell(_written(fact, words))) for fact in words.schema.facts]
    shown = table(words("batch.columns"), heads, rows, "named stacked checks")
    title = element("summary", words("batch.columns"))
    frame = element("section", shown, classes="scrolling", tabindex="0", aria_label=words("batch.columns"))
    return element("details", title, frame, classes="numbers", open="open")


def _written(fact: Fact, words: Words) -> str:
    sentence = words.instead(fact)
    if fact.kind.is_numeric:
        limits = words.limits(fact).partition(": ")[2].removesuffix(".")
        unit = f" ({words.unit(fact)})" if words.unit(fact) else ""
        sentence = f"{limits[:1].upper()}{limits[1:]}{unit}."
    return f"{sentence} {words('batch.columns.empty')}" if fact.may_be_missing else sentence
