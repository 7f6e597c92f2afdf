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
from entrypoints.cli.options import AsJson, Decimal, HomeFolder, Mapped, Sheet, Whole
from entrypoints.cli.output import counted, print_json, stderr, stdout
from entrypoints.cli.overwriting import refuse_same, refuse_two_in_one
from entrypoints.cli.tables import right, table
from entrypoints.cli.violations import SHOWN, print_violations
from entrypoints.composition.datasets import claims_file, reading_rules
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from rich.console import Console

    from application.monitoring.detect_drift import DriftFromModel
    from domain.people.contract import ColumnSummary, ContractReport
    from domain.people.table_reading import ReadingRules
    from entrypoints.composition.settings import Settings

Claims: TypeAlias = Annotated[
    Path, Parameter(help=".csv, .tsv, .txt, .xlsx or .parquet, or a folder of Parquet files.")
]
FailOnDrift: TypeAlias = Annotated[bool, Parameter(help="Exit status 1 if a column has drifted.", negative="")]

app = App(name="data", help="Describe, validate, invent or split claims data.")


@app.command
def describe(
    file: Claims,
    /,
    *,
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    home: HomeFolder = None,
    json: AsJson = False,
) -> None:
    """Describe a claims file: ranges, categories, missing values, duplicates, and where it breaks the contract.

    If the home has a champion, report as well how far the rows have drifted from its training data.

    For example:

        medcost data describe insurance.csv
    """
    settings = load({"home": home})
    rules = reading_rules(home_schema(settings), mapped, decimal=decimal, sheet=sheet)
    report, drift = _examined(file, rules, settings)
    if json:
        print_json({**_document(report, drift), "columns": report.columns})
        return
    console = stdout()
    rows = f"{report.rows:,} rows{_people(report)}, {report.duplicates:,} of them duplicates"
    console.print(f"{escape(report.origin.name)}: {rows}")
    if report.digest:
        console.print(f"digest of the accepted rows: {report.digest}")
    console.print(_columns(report.columns))
    if drift:
        console.print(_drift_table(drift))
    _print_duplicates(report, console)
    print_violations(report, rules.schema, stderr() if report.is_kept else console)


@app.command
def validate(
    file: Claims,
    /,
    *,
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    home: HomeFolder = None,
    fail_on_drift: FailOnDrift = False,
    json: AsJson = False,
) -> None:
    """Check a claims file against the data contract, and name the row, column and rule of each violation.

    The exit status is 0 if the file keeps the contract and 1 if not. If the home has a champion, drift from its
    training data is reported as well; drift alone does not break the contract. Cells that break the contract are left
    out of the measurement of drift.

    For example:

        medcost data validate insurance.csv

        medcost data validate new_year.parquet --fail-on-drift

        medcost data validate claims.csv --map gender=sex --map sex:0=female
    """
    settings = load({"home": home})
    rules = reading_rules(home_schema(settings), mapped, decimal=decimal, sheet=sheet)
    report, drift = _examined(file, rules, settings)
    if json:
        print_json(_document(report, drift))
    else:
        print_violations(report, rules.schema, stdout())
    if not report.is_kept:
        if drift and not json:
            stdout().print(_drift_table(drift))
        what = (
            f"breaks the contract in {counted(report.violation_count, 'place')}"
            if report.violation_count
            else "has no rows"
        )
        message = f"{report.origin.name} {what}"
        raise ClaimsRejected(message)
    drifted = drift.report.drifted if drift else ()
    if not json:
        console = stdout()
        keep = "keeps" if report.rows == 1 else "keep"
        rows = f"{counted(report.rows, 'row')}{_people(report)}"
        console.print(f"{escape(report.origin.name)}: {rows} {keep} the contract")
        _print_duplicates(report, console)
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
    rows: Annotated[Whole, Parameter(validator=validators.Number(gte=1, lte=20_000_000))] = 1338,
    seed: Annotated[Whole, Parameter(validator=validators.Number(gte=0))] = 0,
    home: HomeFolder = None,
) -> None:
    """Write a synthetic claims file: invented people of the home's schema, only fit for trying the program out.

    For example:

        medcost data sample --rows 1000 --seed 7 --out sample.csv

    Parameters
    ----------
    out
        File to write, .csv or .parquet.
    rows
        Number of people.
    seed
        Seed of the random draw: the same seed gives the same people.
    """
    from entrypoints.composition.datasets import write_sample  # pandas takes a second

    write_sample(out, home_schema(load({"home": home})), rows=rows, seed=seed)
    stderr().print(f"{out}: {rows:,} synthetic rows (seed {seed})")


@app.command
def split(
    file: Path,
    /,
    *,
    train: Path,
    held: Path,
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    home: HomeFolder = None,
    share: Annotated[float, Parameter(validator=validators.Number(gt=0, lt=1))] = 0.2,
    seed: Annotated[Whole, Parameter(validator=validators.Number(gte=0))] = 0,
) -> None:
    """Split a claims file into rows to train on and rows to hold back for `medcost evaluate`.

    All rows of a person stay together; where no column names persons, rows that repeat each other.

    For example:

        medcost data split insurance.csv --train train.csv --held held.csv --share 0.25

    Parameters
    ----------
    file
        .csv, .tsv, .txt, .xlsx or .parquet.
    train
        File to write, .csv or .parquet.
    held
        File to write, .csv or .parquet.
    share
        The share of people that is held back, between 0 and 1.
    seed
        Seed of the random split: the same seed holds back the same rows.
    """
    from entrypoints.composition.datasets import split_claims  # Arrow takes a second

    rules = reading_rules(home_schema(load({"home": home})), mapped, decimal=decimal, sheet=sheet)
    for out in (train, held):
        refuse_same(file, out)
    refuse_two_in_one(train, held)
    split_claims(file, rules, train, held, share=share, seed=seed)
    stderr().print(f"{file}: {share:.0%} of its people in {held}, the others in {train}", markup=False)


def _examined(file: Path, rules: ReadingRules, settings: Settings) -> tuple[ContractReport, DriftFromModel | None]:
    """Report on a file and, if there is a model to compare with, the drift of the cells that keep the contract."""
    from entrypoints.composition.scoring import drift_detector  # scikit-learn takes seconds

    dataset = claims_file(file, rules)
    report = dataset.report()
    if not report.rows:
        return report, None
    try:
        return report, asyncio.run(drift_detector(settings, dataset)())
    except (NoChampion, VersionNotFound, ModelRefused) as reason:
        stderr().print(f"drift was not measured: {reason}", markup=False)
        return report, None


def _document(report: ContractReport, drift: DriftFromModel | None) -> dict[str, object]:
    return {
        "origin": report.origin,
        "is_kept": report.is_kept,
        "rows": report.rows,
        "people": report.people,
        "duplicates": report.duplicates,
        "duplicate_rows": report.duplicate_rows,
        "digest": report.digest,
        "unknown_columns": report.unknown_columns,
        "notes": report.notes,
        "bad_rows": report.bad_rows,
        "violation_count": report.violation_count,
        "violations_left_out": report.violation_count - len(report.violations),
        "violations": report.violations,
        "drift": {"model": drift.model, **asdict(drift.report)} if drift else None,
    }


def _people(report: ContractReport) -> str:
    if report.people is None or report.people == report.rows:
        return ""
    return " of 1 person" if report.people == 1 else f" of {report.people:,} people"


def _columns(columns: tuple[ColumnSummary, ...]) -> Table:
    summaries = table("column", *right("missing", "smallest", "mean", "largest"), "values")
    for column in columns:
        numbers = ["" if value is None else f"{value:,.2f}" for value in (column.minimum, column.mean, column.maximum)]
        counts = ", ".join(f"{value} {count:,}" for value, count in (column.counts or {}).items())
        summaries.add_row(column.column, f"{column.missing:,}", *numbers, escape(counts))
    return summaries


def _drift_table(drift: DriftFromModel) -> Table:
    title = f"Against {drift.report.reference_rows:,} rows of the training data of version {drift.model.version}"
    return drift_table(title, drift.report.columns)


def _print_duplicates(report: ContractReport, console: Console) -> None:
    if report.duplicate_rows:
        rows = ", ".join(map(str, report.duplicate_rows[:SHOWN]))
        more = f" and {report.duplicates - SHOWN:,} more" if report.duplicates > SHOWN else ""
        console.print(f"rows that repeat an earlier one: {rows}{more}")
