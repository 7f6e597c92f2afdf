"""`medcost predict`: a whole file."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from domain.errors import ClaimsRejected, ConfigurationError
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, to_people
from entrypoints.wiring.settings import Profile, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from domain.claims import Violation
    from entrypoints.wiring.batch import BatchResult
    from entrypoints.wiring.settings import Settings

_TOLD = 50


def predict(
    *,
    source: Annotated[str, Parameter("--input")],
    out: Annotated[str, Parameter("--output")],
    executor: Literal["local", "dask"] = "local",
    address: str = "",
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Predict all rows of a file, or of all Parquet files in a folder, with the champion; nothing is recorded.

    Bad rows are reported with row, column and rule, and left out; good rows are written with all their columns and
    `expected`, `typical`, `low`, `high`, `warnings`, `model_version`. Columns that are not known are passed through.
    Files may be larger than memory. Cut short by Ctrl-C, a kill or a full disk, the same command again goes on from
    where it was; a changed input or another champion begins anew. Exit status 1 if no row could be scored.

    For example:

        medcost predict --input people.csv --output costs.parquet

        medcost predict --input s3://claims/2026 --output s3://costs/2026 --executor dask --address tcp://10.0.0.1:8786

    Parameters
    ----------
    source
        .csv, .parquet or .jsonl; or a folder of Parquet files, a pattern with `*`, or an address such as s3://….
    out
        .csv, .parquet or .jsonl; for a folder, another folder.
    executor
        Who works on the files of a folder: this process, or the workers of a Dask scheduler (extra `cluster`).
    address
        Of the scheduler.
    """
    if (executor == "dask") != bool(address):
        message = "--executor dask and --address tcp://HOST:8786 belong together"
        raise ConfigurationError(message)
    if not Path(source).is_file() and ("://" in source or "*" in source or Path(source).is_dir()):
        _predict_many(source, out, address, load({"home": home, "profile": profile}), json=json)
        return
    if address:
        message = f"{source} is one file: workers share the files of a folder"
        raise ConfigurationError(message)
    _predict_one(Path(source), Path(out), home, profile, json=json)


def _predict_one(source: Path, out: Path, home: Path | None, profile: Profile | None, *, json: bool) -> None:
    result = _predict(source, out, home, profile)
    told = to_people()
    if result.bad > 0:
        told.print(f"{result.bad:,} of {result.rows:,} rows could not be scored and were left out")
    if json:
        document = {name: getattr(result, name) for name in ("rows", "scored", "bad", "unknown_columns", "violations")}
        print_json({"model": result.model, **document})
    if not result.scored:
        message = f"{source.name}: " + ("no row could be scored" if result.rows else "there are no data rows")
        raise ClaimsRejected(message)
    told.print(f"{out}: {result.scored:,} rows, model version {result.model.version}", markup=False)


def _predict_many(source: str, out: str, address: str, settings: Settings, *, json: bool) -> None:
    import asyncio  # scikit-learn takes seconds: only when asked

    from entrypoints.wiring.batch import MOST_VIOLATIONS, folder_served
    from entrypoints.wiring.executors import executor_at
    from entrypoints.wiring.partitions import ShippedModel, predict_partitions
    from entrypoints.wiring.training import shelf

    told = to_people()
    model = ShippedModel.of(*asyncio.run(folder_served(shelf(settings)[0])))
    rows = scored = resumed = shown = 0
    violations: list[dict[str, object]] = []
    unknown: dict[str, None] = {}
    with executor_at(address) as executor, _bar(told) as progress:
        total, results = predict_partitions(executor, model, source, out)
        task = progress.add_task(source, total=total, rows="", speed="")
        begun, new = time.monotonic(), 0
        for one in results:
            rows, scored = rows + one.found.rows, scored + one.found.scored
            new, resumed = new + one.is_new * one.found.rows, resumed + (not one.is_new)
            unknown |= dict.fromkeys(one.found.unknown_columns)
            for bad in one.found.violations:
                if shown < _TOLD:
                    told.print(
                        f"{one.name}, row {bad.row}, column {bad.column}: {bad.detail} ({bad.rule})", markup=False
                    )
                    shown += 1
                if len(violations) < MOST_VIOLATIONS:
                    violations.append({"file": one.name, **asdict(bad)})
            speed = new / (time.monotonic() - begun)
            progress.update(task, advance=1, rows=f"{rows:,} rows", speed=f"{speed:,.0f} rows/s")
    if unknown:
        told.print(f"columns that are not used are passed through: {', '.join(unknown)}", markup=False)
    if rows > scored:
        told.print(f"{rows - scored:,} of {rows:,} rows could not be scored and were left out")
    if json:
        counts = {"files": total, "resumed": resumed, "rows": rows, "scored": scored, "bad": rows - scored}
        found = {"unknown_columns": list(unknown), "violations": violations}
        print_json({"model": model.reference, **counts, **found})
    if not scored:
        message = f"{source}: " + ("no row could be scored" if rows else "there are no data rows")
        raise ClaimsRejected(message)
    again = f", {resumed} of them by an earlier run" if resumed else ""
    version = model.reference.version
    told.print(f"{out}: {scored:,} rows in {total} files{again}, model version {version}", markup=False)


def _predict(source: Path, out: Path, home: Path | None, profile: Profile | None) -> BatchResult:
    import asyncio  # scikit-learn takes seconds: only when asked

    from entrypoints.wiring.batch import predict_file, served
    from entrypoints.wiring.training import shelf

    told = to_people()
    shown = 0

    with _bar(told) as progress:
        task = progress.add_task(source.name, total=1.0, rows="", speed="")
        begun = time.monotonic()

        def on_batch(result: BatchResult, broken: Sequence[Violation]) -> None:
            nonlocal shown
            if result.is_first and result.unknown_columns:
                told.print(
                    f"columns that are not used are passed through: {', '.join(result.unknown_columns)}", markup=False
                )
            if result.is_first and result.resumed:
                told.print(f"goes on after row {result.resumed:,}, where an earlier run was cut short")
            for one in broken[: _TOLD - shown]:
                told.print(f"row {one.row}, column {one.column}: {one.detail} ({one.rule})", markup=False)
            shown = min(_TOLD, shown + len(broken))
            speed = (result.rows - result.resumed) / (time.monotonic() - begun)
            progress.update(task, completed=result.share, rows=f"{result.rows:,} rows", speed=f"{speed:,.0f} rows/s")

        async def run() -> BatchResult:
            nonlocal begun
            reference, model = await served(*shelf(load({"home": home, "profile": profile})))
            begun = time.monotonic()
            return await predict_file(model, reference, source, out, on_batch=on_batch)

        try:
            return asyncio.run(run())
        except KeyboardInterrupt:
            told.print(f"what is done is kept beside {out}: the same command goes on from there", markup=False)
            raise


def _bar(console: Console) -> Progress:
    """Give a progress bar that stays away where nobody watches a terminal."""
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
