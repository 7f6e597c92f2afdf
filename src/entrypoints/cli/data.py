"""`medcost data`: the data contract's report, a synthetic sample, and rows held back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import App, Parameter, validators
from rich.markup import escape
from rich.table import Table

from domain.errors import ClaimsRejected, ModelRefused, NoChampion, VersionNotFound
from entrypoints.cli.drift_table import drift_table
from entrypoints.cli.options import AsJson, HomeFolder
from entrypoints.cli.output import answer, print_json, to_people
from entrypoints.wiring.settings import load

if TYPE_CHECKING:
    from rich.console import Console

    from application.detect_drift import DriftFromModel
    from domain.claims import ColumnSummary, ContractReport

_SHOWN = 20
FailOnDrift: TypeAlias = Annotated[bool, Parameter(help="Exit status 1 if a column has drifted.", negative="")]

app = App(name="data", help="Describe, validate, invent or split claims data.")


@app.command
def describe(file: Path, /, *, home: HomeFolder = None, json: AsJson = False) -> None:
    """Describe a claims file: ranges, categories, missing values, duplicates, and where it breaks the contract.

    Where the home has a champion, also how far the rows have drifted from those that it learnt from.

    For example:

        medcost data describe insurance.csv

    Parameters
    ----------
    file
        CSV or Parquet, or a folder of Parquet files.
    """
    report, drift = _examined(file, home)
    if json:
        print_json({**_document(report, drift), "columns": report.columns})
        return
    console = answer()
    console.print(f"{escape(report.origin.name)}: {report.rows:,} rows, {report.duplicates:,} of them duplicates")
    if report.digest:
        console.print(f"digest of the accepted rows: {report.digest}")
    console.print(_columns(report.columns))
    if drift:
        console.print(_drift_table(drift))
    _tell_duplicates(report, console)
    _tell_violations(report, to_people() if report.is_kept else console)


@app.command
def validate(
    file: Path, /, *, home: HomeFolder = None, fail_on_drift: FailOnDrift = False, json: AsJson = False
) -> None:
    """Hold a claims file against the data contract: exit status 0 if it is kept, 1 if not, naming row, column and rule.

    Where the home has a champion, drift from the rows that it learnt from is told too; the contract does not forbid it.

    For example:

        medcost data validate insurance.csv

        medcost data validate new_year.parquet --fail-on-drift

    Parameters
    ----------
    file
        CSV or Parquet, or a folder of Parquet files.
    """
    report, drift = _examined(file, home)
    if json:
        print_json(_document(report, drift))
    else:
        _tell_violations(report, answer())
    if not report.is_kept:
        what = f"breaks the contract in {report.violation_count:,} places" if report.violation_count else "has no rows"
        message = f"{report.origin.name} {what}"
        raise ClaimsRejected(message)
    drifted = drift.report.drifted if drift else ()
    if not json:
        console = answer()
        console.print(f"{escape(report.origin.name)}: {report.rows:,} rows keep the contract")
        _tell_duplicates(report, console)
        if drift and drifted:
            console.print(_drift_table(drift))
        elif drift:
            console.print(f"no drift from the training data of version {drift.model.version}")
    if drift and drifted and fail_on_drift:
        columns = ", ".join(drifted)
        message = f"{report.origin.name} has drifted from the training data of version {drift.model.version}: {columns}"
        raise ClaimsRejected(message)


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
    from entrypoints.wiring.datasets import write_sample  # pandas takes a second

    write_sample(out, rows=rows, seed=seed)
    to_people().print(f"{out}: {rows:,} synthetic rows (seed {seed})")


@app.command
def split(
    file: Path,
    /,
    *,
    train: Path,
    held: Path,
    share: Annotated[float, Parameter(validator=validators.Number(gt=0, lt=1))] = 0.2,
    seed: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 0,
) -> None:
    """Split a claims file into rows to train on and rows to hold back for `medcost evaluate`.

    Rows that repeat each other stay together.

    For example:

        medcost data split insurance.csv --train train.csv --held held.csv --share 0.25

    Parameters
    ----------
    file
        CSV or Parquet.
    train
        File to write, .csv or .parquet.
    held
        File to write, .csv or .parquet.
    share
        Which part is held back.
    seed
        The same seed holds the same rows back.
    """
    from entrypoints.wiring.datasets import split_claims  # pandas takes a second

    split_claims(file, train, held, share=share, seed=seed)
    to_people().print(f"{file}: {share:.0%} of its rows in {held}, the others in {train}", markup=False)


def _examined(file: Path, home: Path | None) -> tuple[ContractReport, DriftFromModel | None]:
    """Report on a file and, if it keeps the contract and there is a model to compare with, its drift."""
    from entrypoints.wiring.datasets import claims_file  # pandas takes a second
    from entrypoints.wiring.training import drift_detector

    dataset = claims_file(file)
    report = dataset.report()
    if not report.is_kept:
        return report, None
    try:
        return report, asyncio.run(drift_detector(load({"home": home}), dataset)())
    except (NoChampion, VersionNotFound, ModelRefused) as reason:
        to_people().print(f"drift was not measured: {reason}", markup=False)
        return report, None


def _document(report: ContractReport, drift: DriftFromModel | None) -> dict[str, object]:
    return {
        "origin": report.origin,
        "is_kept": report.is_kept,
        "rows": report.rows,
        "duplicates": report.duplicates,
        "duplicate_rows": report.duplicate_rows,
        "digest": report.digest,
        "unknown_columns": report.unknown_columns,
        "violation_count": report.violation_count,
        "violations": report.violations,
        "drift": {"model": drift.model, **asdict(drift.report)} if drift else None,
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


def _drift_table(drift: DriftFromModel) -> Table:
    title = f"Against {drift.report.reference_rows:,} rows of the training data of version {drift.model.version}"
    return drift_table(title, drift.report.columns)


def _tell_duplicates(report: ContractReport, console: Console) -> None:
    if report.duplicate_rows:
        rows = ", ".join(map(str, report.duplicate_rows[:_SHOWN]))
        more = f" and {report.duplicates - _SHOWN:,} more" if report.duplicates > _SHOWN else ""
        console.print(f"rows that repeat an earlier one: {rows}{more}")


def _tell_violations(report: ContractReport, console: Console) -> None:
    for one in report.violations[:_SHOWN]:
        row = f"row {one.row}, " if one.row else ""
        console.print(f"{row}column {one.column}: {one.detail} ({one.rule})", markup=False)
    if report.violation_count > _SHOWN:
        console.print(f"… and {report.violation_count - _SHOWN:,} more; all with --json")
    if report.unknown_columns:
        console.print(f"columns that are not used: {', '.join(report.unknown_columns)}", markup=False)
