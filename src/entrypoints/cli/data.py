"""`medcost data`: the data contract's report, and a synthetic sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators
from rich.markup import escape
from rich.table import Table

from domain.errors import ClaimsRejected
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import answer, print_json, to_people

if TYPE_CHECKING:
    from rich.console import Console

    from domain.claims import ColumnSummary, ContractReport

_SHOWN = 20

app = App(name="data", help="Describe, validate or invent claims data.")


@app.command
def describe(file: Path, /, *, json: AsJson = False) -> None:
    """Describe a claims file: ranges, categories, missing values, duplicates, and where it breaks the contract.

    For example:

        medcost data describe insurance.csv

    Parameters
    ----------
    file
        CSV or Parquet.
    """
    report = _report(file)
    if json:
        print_json({**_document(report), "columns": report.columns})
        return
    console = answer()
    console.print(f"{escape(report.origin.name)}: {report.rows:,} rows, {report.duplicates:,} of them duplicates")
    if report.digest:
        console.print(f"digest of the accepted rows: {report.digest}")
    console.print(_columns(report.columns))
    _tell_violations(report, to_people() if report.is_kept else console)


@app.command
def validate(file: Path, /, *, json: AsJson = False) -> None:
    """Hold a claims file against the data contract: exit status 0 if it is kept, 1 if not, naming row, column and rule.

    For example:

        medcost data validate insurance.csv

    Parameters
    ----------
    file
        CSV or Parquet.
    """
    report = _report(file)
    if json:
        print_json(_document(report))
    else:
        _tell_violations(report, answer())
    if not report.is_kept:
        what = f"breaks the contract in {report.violation_count:,} places" if report.violation_count else "has no rows"
        message = f"{report.origin.name} {what}"
        raise ClaimsRejected(message)
    if not json:
        answer().print(f"{escape(report.origin.name)}: {report.rows:,} rows keep the contract")


@app.command
def sample(
    *,
    out: Path,
    rows: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 1338,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
) -> None:
    """Write a synthetic claims file: invented people, of no use but to try the program out.

    For example:

        medcost data sample --rows 1000 --seed 7 --out sample.csv

    Parameters
    ----------
    out
        File to write, .csv or .parquet.
    rows
        How many people.
    seed
        The same seed gives the same people.
    """
    from entrypoints.wiring.training import write_sample  # pandas takes a second

    write_sample(out, rows=rows, seed=seed)
    to_people().print(f"{out}: {rows:,} synthetic rows (seed {seed})")


def _report(file: Path) -> ContractReport:
    from entrypoints.wiring.training import claims_file  # pandas takes a second

    return claims_file(file).report()


def _document(report: ContractReport) -> dict[str, object]:
    return {
        "origin": report.origin,
        "is_kept": report.is_kept,
        "rows": report.rows,
        "duplicates": report.duplicates,
        "digest": report.digest,
        "unknown_columns": report.unknown_columns,
        "violation_count": report.violation_count,
        "violations": report.violations,
    }


def _columns(columns: tuple[ColumnSummary, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("column", "missing", "smallest", "mean", "largest", "values"):
        table.add_column(name, justify="left" if name in ("column", "values") else "right")
    for one in columns:
        numbers = ["" if value is None else f"{value:,.2f}" for value in (one.minimum, one.mean, one.maximum)]
        counts = ", ".join(f"{value} {count:,}" for value, count in (one.counts or {}).items())
        table.add_row(one.column, f"{one.missing:,}", *numbers, escape(counts))
    return table


def _tell_violations(report: ContractReport, console: Console) -> None:
    for one in report.violations[:_SHOWN]:
        row = f"row {one.row}, " if one.row else ""
        console.print(f"{row}column {one.column}: {one.detail} ({one.rule})", markup=False)
    if report.violation_count > _SHOWN:
        console.print(f"… and {report.violation_count - _SHOWN:,} more; all with --json")
    if report.unknown_columns:
        console.print(f"columns that are not used: {', '.join(report.unknown_columns)}", markup=False)
