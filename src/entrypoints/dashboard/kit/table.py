"""A table that people sort and open rows of, and a dialog to open them in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from nicegui import ui

from entrypoints.dashboard.kit.shell import tag, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nicegui.elements.mixins.text_element import TextElement
    from nicegui.events import GenericEventArguments


_REFUGE: Final = "(document.querySelector('.table-frame:not(.hidden)') ?? document.getElementById('content'))"


@dataclass(frozen=True, slots=True)
class Column:
    """``classes`` may say on which widths it is shown: ``wide``, or ``wider``; ``sorts`` makes its header a button."""

    key: str
    text: str
    classes: str = ""
    sorts: bool = False


class SortedTable(ui.element, component="sorted_table.js"):
    """Rows are (identifier, texts of the cells); which order they are in is the caller's business."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        caption: str,
        details: str,
        on_sort: Callable[[str], None],
        on_open: Callable[[str], None],
    ) -> None:
        super().__init__()
        told = [asdict(column) for column in columns]
        self.props.update({"caption": caption, "columns": told, "details": details, "rows": [], "busy": False})

        def sort(event: GenericEventArguments) -> None:
            on_sort(str(event.args))

        def open_(event: GenericEventArguments) -> None:
            on_open(str(event.args))

        self.on("sort", sort)
        self.on("open", open_)

    def show(self, rows: Sequence[tuple[str, Sequence[str]]], *, by: str, rising: bool) -> None:
        """Show rows in an order."""
        told = [{"id": name, "cells": list(cells)} for name, cells in rows]
        self.props.update({"rows": told, "order": {"by": by, "rising": rising}, "busy": False})
        self.update()

    def busy(self) -> None:
        """Grey it while the next rows are on their way."""
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
        """Fill it."""
        with self.element:
            yield

    def open(self, title: str) -> None:
        """Show it below its title."""
        self._title.text = title
        self._do("if (!it.open) it.showModal()")

    def close(self) -> None:
        """Hide it; if what opened it is gone meanwhile, the focus goes to the table, or else to the page."""
        self._do(f"it.close(); if (it.contains(document.activeElement)) {_REFUGE}?.focus()")

    def _do(self, what: str) -> None:
        with self.element:
            ui.run_javascript(f"const it = document.getElementById('{self._key}'); {what}")
