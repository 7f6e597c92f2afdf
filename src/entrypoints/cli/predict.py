"""The command `medcost predict`: costs for all rows of a file or folder."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from domain.costs.chance import checked_amount
from domain.errors import ClaimsRejected, ConfigurationError
from domain.people.advice import words_to_name
from domain.people.contract import MOST_VIOLATIONS
from entrypoints.cli.options import AsJson, ChosenProfile, Decimal, HomeFolder, Mapped, Sheet
from entrypoints.cli.output import counted, print_json, stderr
from entrypoints.cli.overwriting import refuse_same
from entrypoints.composition.datasets import reading_rules
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from domain.costs.scoring import ScoringReport
    from domain.people.contract import Violation
    from domain.people.table_reading import ReadingRules
    from entrypoints.composition.settings import Settings

_SHOWN = 50
"""Number of violations that are printed."""


def predict(
    *,
    source: Annotated[str, Parameter("--input")],
    out: Annotated[str, Parameter("--output")],
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    above: float | None = None,
    executor: Literal["local", "dask"] = "local",
    address: str = "",
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Predict all rows of a file, or of all Parquet files in a folder, with the champion; nothing is recorded.

    Bad rows are reported with row, column and rule, and left out; good rows are written with all their columns and
    `expected`, `typical`, `low`, `high`, `chance_zero`, `warnings`, `model_version`. Columns that are not known are
    passed through. Files may be larger than memory. Cut short by Ctrl-C, a kill or a full disk, the same command again
    goes on from where it was; a changed input or another champion begins anew. Exit status 1 if no row could be scored.

    For example:

        medcost predict --input people.csv --output costs.parquet

        medcost predict --input personas.csv --output costs.csv --map edad_paciente=age --map sex:0=female

        medcost predict --input s3://claims/2026 --output s3://costs/2026 --executor dask --address tcp://10.0.0.1:8786

    Parameters
    ----------
    source
        .csv, .tsv, .txt, .xlsx, .parquet or .jsonl; or a folder of Parquet files, a pattern with `*`, or an address
        such as s3://….
    out
        .csv, .xlsx, .parquet or .jsonl; for a folder, another folder.
    above
        An amount: `chance_above` is then the probability that the year costs more.
    executor
        What works on the files of a folder: this process, or the workers of a Dask scheduler (extra `cluster`).
    address
        Address of the Dask scheduler.
    """
    if (executor == "dask") != bool(address):
        message = "--executor dask and --address tcp://HOST:8786 belong together"
        raise ConfigurationError(message)
    if above is not None:
        checked_amount(above)
    settings = load({"home": home, "profile": profile})
    rules = reading_rules(home_schema(settings), mapped, decimal=decimal, sheet=sheet)
    if not Path(source).is_file() and ("://" in source or "*" in source or Path(source).is_dir()):
        _predict_many(source, out, address, rules, settings, above, json=json)
        return
    if address:
        message = f"{source} is one file: workers share the files of a folder"
        raise ConfigurationError(message)
    refuse_same(Path(source), Path(out))
    _predict_file(Path(source), Path(out), rules, settings, above, json=json)


def _predict_file(
    source: Path, out: Path, rules: ReadingRules, settings: Settings, above: float | None, *, json: bool
) -> None:
    result = _predict(source, out, rules, settings, above)
    terminal = stderr()
    for sentence in words_to_name(result.violations, rules.schema):
        terminal.print(sentence, markup=False)
    if result.bad > 0:
        terminal.print(f"{result.bad:,} of {counted(result.rows, 'row')} could not be scored and were left out")
    if json:
        document = {
            name: getattr(result, name) for name in ("rows", "scored", "bad", "unknown_columns", "notes", "violations")
        }
        print_json({"model": result.model, **document})
    if not result.scored:
        message = f"{source.name}: " + ("no row could be scored" if result.rows else "there are no data rows")
        raise ClaimsRejected(message)
    terminal.print(f"{out}: {counted(result.scored, 'row')}, model version {result.model.version}", markup=False)


def _predict_many(
    source: str, out: str, address: str, rules: ReadingRules, settings: Settings, above: float | None, *, json: bool
) -> None:
    import asyncio  # scikit-learn takes seconds: only when asked

    from entrypoints.composition.executors import executor_at
    from entrypoints.composition.scoring import score_folder, ship_model

    terminal = stderr()
    model = asyncio.run(ship_model(settings)())
    rows = scored = resumed = shown = 0
    violations: list[dict[str, object]] = []
    unknown: dict[str, None] = {}
    with executor_at(address) as executor, _bar(terminal) as progress:
        total, results = score_folder(executor)(model, source, out, rules, above)
        task = progress.add_task(source, total=total, rows="", speed="")
        begun, new = time.monotonic(), 0
        for file in results:
            report = file.report
            rows, scored = rows + report.rows, scored + report.scored
            new, resumed = new + file.is_new * report.rows, resumed + (not file.is_new)
            unknown |= dict.fromkeys(report.unknown_columns)
            for bad in report.violations:
                if shown < _SHOWN:
                    terminal.print(f"{file.name}, {bad.sentence}", markup=False)
                    shown += 1
                if len(violations) < MOST_VIOLATIONS:
                    violations.append({"file": file.name, **asdict(bad)})
            speed = new / (time.monotonic() - begun)
            progress.update(task, advance=1, rows=f"{rows:,} rows", speed=f"{speed:,.0f} rows/s")
    if unknown:
        terminal.print(f"columns that are not used are passed through: {', '.join(unknown)}", markup=False)
    if rows > scored:
        terminal.print(f"{rows - scored:,} of {counted(rows, 'row')} could not be scored and were left out")
    if json:
        counts = {"files": total, "resumed": resumed, "rows": rows, "scored": scored, "bad": rows - scored}
        print_json({"model": model.reference, **counts, "unknown_columns": list(unknown), "violations": violations})
    if not scored:
        message = f"{source}: " + ("no row could be scored" if rows else "there are no data rows")
        raise ClaimsRejected(message)
    again = f", {resumed} of them by an earlier run" if resumed else ""
    version = model.reference.version
    terminal.print(
        f"{out}: {counted(scored, 'row')} in {counted(total, 'file')}{again}, model version {version}", markup=False
    )


def _predict(source: Path, out: Path, rules: ReadingRules, settings: Settings, above: float | None) -> ScoringReport:
    import asyncio  # scikit-learn takes seconds: only when asked

    from entrypoints.composition.scoring import load_served_model, score_file

    terminal = stderr()
    shown = 0

    with _bar(terminal) as progress:
        task = progress.add_task(source.name, total=1.0, rows="", speed="")
        begun = time.monotonic()

        def on_batch(result: ScoringReport, broken: Sequence[Violation]) -> None:
            nonlocal shown
            if result.is_first:
                for note in result.notes:
                    terminal.print(note, markup=False)
            if result.is_first and result.unknown_columns:
                terminal.print(
                    f"columns that are not used are passed through: {', '.join(result.unknown_columns)}", markup=False
                )
            if result.is_first and result.resumed:
                terminal.print(f"goes on after row {result.resumed:,}, where an earlier run was cut short")
            for violation in broken[: _SHOWN - shown]:
                terminal.print(violation.sentence, markup=False)
            shown = min(_SHOWN, shown + len(broken))
            speed = (result.rows - result.resumed) / (time.monotonic() - begun)
            progress.update(task, completed=result.share, rows=f"{result.rows:,} rows", speed=f"{speed:,.0f} rows/s")

        async def run() -> ScoringReport:
            nonlocal begun
            model = await load_served_model(settings)()
            begun = time.monotonic()
            return await score_file()(model, str(source), str(out), rules, on_batch=on_batch, above=above)

        try:
            return asyncio.run(run())
        except KeyboardInterrupt:
            terminal.print(f"what is done is kept beside {out}: the same command goes on from there", markup=False)
            raise


def _bar(console: Console) -> Progress:
    """Return a progress bar that is hidden if stderr is no terminal."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
