"""The command `medcost schema`: propose a schema, check it, check data against it, show the home's schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App
from rich.markup import escape
from rich.table import Table

from domain.errors import MedcostError
from domain.people.fact import in_language
from domain.people.table_reading import ReadingRules
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import counted, print_json, stderr, stdout
from entrypoints.cli.tables import table
from entrypoints.cli.violations import print_violations
from entrypoints.composition.schema import checked_schema, home_schema, schema_document, schema_path
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from domain.people.contract import ContractReport
    from domain.people.fact import Fact
    from domain.people.schema import Schema

app = App(
    name="schema", help="Which facts are asked about a person: propose a schema for a file, check it, show this home's."
)


app.command("entrypoints.cli.schema_infer:infer", help="Propose a schema for a file, with comments on what is unsure.")


class SchemaMismatch(MedcostError):
    """A file is no schema, or a data file does not keep it."""


@app.command
def check(file: Path, /, *, data: Path | None = None, json: AsJson = False) -> None:
    """Check whether a file is a schema, and whether a data file keeps it: exit status 0 if so, 1 if not.

    Every mistake is named with its line and key, and every row of the data that breaks the schema.

    For example:

        medcost schema check my.yaml

        medcost schema check my.yaml --data claims.csv

        medcost schema check my.yaml --json

    Parameters
    ----------
    file
        A schema in YAML.
    data
        Claims file, .csv, .tsv, .txt, .xlsx or .parquet, or a folder of Parquet files.
    """
    schema, problems = checked_schema(file)
    report = _held_against(data, schema) if data is not None and schema is not None else None
    if json:
        problem_list = [{"line": line, "key": problem.place, "detail": problem.detail} for line, problem in problems]
        print_json(
            {
                "is_schema": schema is not None,
                "name": None if schema is None else schema.name,
                "digest": None if schema is None else schema.digest,
                "problems": problem_list,
                "data": None if report is None else _document(report),
            }
        )
    if schema is None:
        if not json:
            for line, problem in problems:
                place = "" if line is None else f", line {line}"
                stderr().print(f"{file.name}{place}: {problem.place}: {problem.detail}", markup=False)
        message = f"{file.name} is no schema: {counted(len(problems), 'mistake')} in it"
        raise SchemaMismatch(message)
    if not json:
        stdout().print(f"{file.name}: {schema.name}, {counted(schema.width, 'fact')}, digest {schema.digest[:12]}")
    if report is not None:
        _tell(report, schema, json=json)


@app.command
def show(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Show the schema of this home: the facts that are asked about a person, and the cost that is predicted.

    For example:

        medcost schema show

        medcost schema show --home clinic --json
    """
    settings = load({"home": home, "profile": profile})
    schema = home_schema(settings)
    if json:
        print_json({**schema_document(schema), "digest": schema.digest, "file": str(schema_path(settings))})
        return
    console = stdout()
    title = in_language(schema.title, "en", schema.name)
    console.print(f"{schema.name}: {title} ({schema_path(settings)})", markup=False)
    year = "" if schema.cost.year is None else f" of {schema.cost.year}"
    console.print(f"cost: {schema.cost.column}, {schema.cost.currency}{year}", markup=False)
    if today := schema.cost.today:
        source = in_language(today.source, "en")
        console.print(f"today: times {today.factor:g} for prices of {today.year} ({source})", markup=False)
    console.print(_facts(schema))
    for name, texts in (("terms", schema.terms), ("groups", schema.groups)):
        if texts:
            console.print(f"{name}: {', '.join(texts)}", markup=False)
    for role, column in schema.roles.columns.items():
        console.print(f"{role}: {column}", markup=False)
    console.print(f"digest: {schema.digest}")


def _held_against(data: Path, schema: Schema) -> ContractReport:
    from entrypoints.composition.datasets import claims_file  # Arrow takes a second

    return claims_file(data, ReadingRules(schema)).report()


def _document(report: ContractReport) -> dict[str, object]:
    return {
        "file": report.origin.name,
        "is_kept": report.is_kept,
        "rows": report.rows,
        "unknown_columns": report.unknown_columns,
        "violation_count": report.violation_count,
        "violations_left_out": report.violation_count - len(report.violations),
        "violations": report.violations,
    }


def _tell(report: ContractReport, schema: Schema, *, json: bool) -> None:
    name = report.origin.name
    if not json:
        print_violations(report, schema, stderr())
    if report.is_kept:
        if not json:
            stdout().print(
                f"{name}: {counted(report.rows, 'row')} {'keeps' if report.rows == 1 else 'keep'} the schema",
                markup=False,
            )
        return
    what = (
        f"breaks the schema in {counted(report.violation_count, 'place')}" if report.violation_count else "has no rows"
    )
    message = f"{name} {what}"
    raise SchemaMismatch(message)


def _facts(schema: Schema) -> Table:
    facts = table("fact", "kind", "values", "missing", "label")
    for fact in schema.facts:
        missing = "allowed" if fact.may_be_missing else ""
        facts.add_row(fact.name, fact.kind, escape(_values(fact)), missing, escape(in_language(fact.label, "en")))
    return facts


def _values(fact: Fact) -> str:
    if fact.kind.is_numeric:
        return "" if fact.low is None and fact.high is None else fact.limits
    return ", ".join(fact.choices) or "no, yes"
