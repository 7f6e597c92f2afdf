"""Tables of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import HEAVY_HEAD
from rich.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


def table(*columns: Column | str, title: str = "", lines: bool = False) -> Table:
    """Return an empty table.

    Args:
        columns: the headers; those of `right` and `folded` have a style.
        title: above the table; empty for none.
        lines: whether lines are drawn around the cells.
    """
    box = HEAVY_HEAD if lines else None
    return Table(*columns, title=title or None, title_justify="left", box=box, pad_edge=lines)


def right(*headers: str) -> Iterator[Column]:
    """Yield columns that are aligned on the right, for numbers."""
    for header in headers:
        yield Column(header, justify="right")


def folded(*headers: str) -> Iterator[Column]:
    """Yield columns whose long words are broken into lines and never cut off."""
    for header in headers:
        yield Column(header, overflow="fold")


def minute(time: datetime | None) -> str:
    """Format a time to the minute; empty for none."""
    return f"{time:%Y-%m-%d %H:%M}" if time else ""
