"""`medcost predict`: a whole file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from domain.errors import ClaimsRejected
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, to_people
from entrypoints.wiring.settings import Profile, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from domain.claims import Violation
    from entrypoints.wiring.batch import BatchResult

_TOLD = 50


def predict(
    *,
    input: Path,  # noqa: A002  # the flag's name
    output: Path,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Predict all rows of a file with the champion, in this process; nothing is recorded.

    Bad rows are reported with row, column and rule, and left out; good rows are written with all their columns and
    `expected`, `typical`, `low`, `high`, `warnings`, `model_version`. Columns that are not known are passed through.
    Files may be larger than memory. Cut short by Ctrl-C, a kill or a full disk, the same command again goes on from
    where it was; a changed input or another champion begins anew. Exit status 1 if no row could be scored.

    For example:

        medcost predict --input people.csv --output costs.parquet

    Parameters
    ----------
    input
        .csv, .parquet or .jsonl.
    output
        .csv, .parquet or .jsonl.
    """
    result = _predict(input, output, home, profile)
    told = to_people()
    if result.bad > 0:
        told.print(f"{result.bad:,} of {result.rows:,} rows could not be scored and were left out")
    if json:
        document = {name: getattr(result, name) for name in ("rows", "scored", "bad", "unknown_columns", "violations")}
        print_json({"model": result.model, **document})
    if not result.scored:
        message = f"{input.name}: " + ("no row could be scored" if result.rows else "there are no data rows")
        raise ClaimsRejected(message)
    told.print(f"{output}: {result.scored:,} rows, model version {result.model.version}", markup=False)


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
