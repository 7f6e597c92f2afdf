"""`medcost predict`: a whole file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import ClaimsRejected
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, to_people
from entrypoints.wiring.settings import Profile, load

if TYPE_CHECKING:
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
    Exit status 1 if no row could be scored.

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

    def on_batch(result: BatchResult, broken: list[Violation]) -> None:
        nonlocal shown
        if result.unknown_columns and result.is_first:
            told.print(
                f"columns that are not used are passed through: {', '.join(result.unknown_columns)}", markup=False
            )
        for one in broken[: _TOLD - shown]:
            told.print(f"row {one.row}, column {one.column}: {one.detail} ({one.rule})", markup=False)
        shown = min(_TOLD, shown + len(broken))

    async def run() -> BatchResult:
        reference, model = await served(*shelf(load({"home": home, "profile": profile})))
        return await predict_file(model, reference, source, out, on_batch=on_batch)

    return asyncio.run(run())
