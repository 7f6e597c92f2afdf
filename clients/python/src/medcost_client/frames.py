"""People and costs as data frames of pandas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from medcost_client.requests import BATCH, Person

if TYPE_CHECKING:
    import pandas as pd

    from medcost_client.api.models import BatchOut


def people_of(frame: pd.DataFrame) -> Iterator[Sequence[Person]]:
    """Yield the rows of a frame as people, as many at once as the server takes; missing values are null."""
    import pandas as pd  # noqa: PLC0415  # an extra

    for start in range(0, len(frame), BATCH):
        piece = frame.iloc[start : start + BATCH].astype(object)
        yield [_plain(row) for row in piece.where(pd.notna(piece), None).to_dict("records")]


def costs_of(frame: pd.DataFrame, answers: Sequence[BatchOut]) -> pd.DataFrame:
    """Return the costs of each row of a frame, with its index.

    Columns are `expected`, `typical`, `low`, `high` (money of the installation), and `error`: what is wrong with a row
    that has no costs, else an empty text.
    """
    import pandas as pd  # noqa: PLC0415  # an extra

    rows: list[dict[str, Any]] = []
    for start, answer in zip(range(0, len(frame), BATCH), answers, strict=True):
        errors: dict[int, str] = {}
        for error in answer.errors:
            detail = f"{error.pointer.lstrip('/')}: {error.detail}".removeprefix(": ")
            errors[error.row] = f"{errors[error.row]}; {detail}" if error.row in errors else detail
        good = iter(answer.predictions)
        rows += [
            {"error": errors[row]} if row in errors else _costs(next(good))
            for row in range(1, min(BATCH, len(frame) - start) + 1)
        ]
    columns = ["expected", "typical", "low", "high", "error"]
    return pd.DataFrame(rows, index=frame.index, columns=columns)


def _costs(prediction: Any) -> dict[str, float | str]:
    interval = prediction.interval
    return {
        "expected": prediction.expected,
        "typical": prediction.typical,
        "low": interval.low,
        "high": interval.high,
        "error": "",
    }


def _plain(row: dict[Any, Any]) -> Person:
    """Return a row whose numbers are Python's: NumPy's have no JSON."""
    return {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
