"""A table of drift for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from entrypoints.cli.tables import right, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.monitoring.drift import ColumnDrift


def drift_table(title: str, columns: Iterable[ColumnDrift]) -> Table:
    """Return a table of the drift of each column."""
    drifts = table("column", "test", *right("statistic", "p (Holm)", "PSI"), "", title=title)
    for column in columns:
        mark = "[yellow]drifted[/]" if column.drifted else ""
        test = column.test.replace("_", " ")
        drifts.add_row(
            column.column, test, f"{column.statistic:,.3g}", f"{column.adjusted_p:.2g}", f"{column.psi:.3f}", mark
        )
    return drifts
