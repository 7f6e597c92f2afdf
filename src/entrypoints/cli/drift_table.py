"""Drift as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.monitoring.drift import ColumnDrift


def drift_table(title: str, columns: Iterable[ColumnDrift]) -> Table:
    """Show how far each column differs."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("column", "test", "statistic", "p (Holm)", "PSI", ""):
        table.add_column(name, justify="left" if name in ("column", "test", "") else "right")
    for one in columns:
        mark = "[yellow]drifted[/]" if one.drifted else ""
        test = one.test.replace("_", " ")
        table.add_row(one.column, test, f"{one.statistic:,.3g}", f"{one.adjusted_p:.2g}", f"{one.psi:.3f}", mark)
    return table
