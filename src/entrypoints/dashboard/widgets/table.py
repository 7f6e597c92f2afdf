"""A table that people sort and open rows of, and a dialog to open them in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from nicegui import ui

from entrypoints.dashboard.layout.shell import tag, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nicegui.elements.mixins.text_element import TextElement
    from nicegui.events import GenericEventArguments

    from entrypoints.dashboard.locale.speech import Words


_REFUGE: Final = "(document.querySelector('.table-frame:not(.hidden)') ?? document.getElementById('content'))"


_WIDE: Final = 5
MOST_COLUMNS: Final = 6
"""Columns of facts on a wide and a wider screen."""
_LONGEST: Final = 24
"""Characters of a name that a narrow screen has room for above numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """``classes`` may say on which widths it is shown: ``wide``, ``wider``, or ``below`` for none.

    ``sorts`` makes its header a button.

    On a screen where a column is not shown, a row that unfolds below each row holds its cells.
    """

    key: str
    text: str
    classes: str = ""
    sorts: bool = False


def fact_looks(words: Words, *, always: int = 2) -> list[str]:
    """Return the classes of the columns of the facts: which are shown always, on wide screens, or below each row only.

    The first ``always`` numbers are always shown, but for those with a long name. Of all facts the first six are on the
    widest screen.
    """
    schema = words.schema
    narrow = {fact.name for fact in schema.numeric[:always] if len(words.short(fact)) <= _LONGEST}
    looks: list[str] = []
    for place, fact in enumerate(schema.facts):
        width = "" if fact.name in narrow else "wide" if place < _WIDE else "wider" if place < MOST_COLUMNS else "below"
        looks.append(f"{'number-cell' if fact.kind.is_numeric else 'whole-words'} {width}".strip())
    return looks


class SortedTable(ui.element, component="sorted_table.js"):
    """A table of rows, each an identifier and the texts of its cells; the caller sorts them.

    ``details`` names the button of a row, ``rest`` what unfolds the cells that a narrow screen hides.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        caption: str,
        details: str,
        rest: str,
        on_sort: Callable[[str], None],
        on_open: Callable[[str], None],
    ) -> None:
        super().__init__()
        texts = {"caption": caption, "details": details, "rest": rest}
        self.props.update({**texts, "rows": [], "busy": False})
        self.columns(columns)

        def sort(event: GenericEventArguments) -> None:
            on_sort(str(event.args))

        def open_(event: GenericEventArguments) -> None:
            on_open(str(event.args))

        self.on("sort", sort)
        self.on("open", open_)

    def columns(self, columns: Sequence[Column]) -> None:
        """Set the columns; matching rows must be shown next."""
        self.props["columns"] = [asdict(column) for column in columns]

    def show(self, rows: Sequence[tuple[str, Sequence[str]]], *, by: str, rising: bool) -> None:
        """Show rows in an order."""
        lines = [{"id": name, "cells": list(cells)} for name, cells in rows]
        self.props.update({"rows": lines, "order": {"by": by, "rising": rising}, "busy": False})
        self.update()

    def busy(self) -> None:
        """Grey out the table while the next rows are loaded."""
        self.props["busy"] = True
        self.update()


class Dialog:
    """The browser's own modal dialog: it keeps the focus, closes by Escape and gives the focus back."""

    def __init__(self, key: str) -> None:
        self.element = tag("dialog", "dialog").props(f'id="{key}" aria-labelledby="{key}-title"')
        self._key = key
        with self.element:
            self._title: TextElement = text("h2", "").props(f'id="{key}-title" tabindex=-1')

    @contextmanager
    def content(self) -> Iterator[None]:
        """Fill the table."""
        with self.element:
            yield

    def open(self, title: str) -> None:
        """Show the dialog below its title."""
        self._title.text = title
        self._do("if (!it.open) it.showModal()")

    def close(self) -> None:
        """Hide it; if what opened it is gone meanwhile, the focus goes to the table, or else to the page."""
        self._do(f"it.close(); if (it.contains(document.activeElement)) {_REFUGE}?.focus()")

    def _do(self, what: str) -> None:
        with self.element:
            ui.run_javascript(f"const it = document.getElementById('{self._key}'); {what}")
