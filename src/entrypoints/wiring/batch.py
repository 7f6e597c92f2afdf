"""Predicting a whole file with the model that the home's pointer names, in this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from adapters.pandas.batches import read_rows, rows_to
from domain.beneficiary import FACTS, Beneficiary
from domain.claims import TARGET, Violation
from domain.errors import FieldError, InvalidBeneficiary, NoChampion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.ports.loader import LoadedModel, ModelLoader
    from domain.ports.publisher import ModelPublisher
    from domain.prediction import Estimate, ModelReference

_AT_ONCE: Final = 5_000
_MOST_VIOLATIONS: Final = 1_000
_WHOLE: Final = ("age", "children")
ANSWERS: Final = ("expected", "typical", "low", "high", "warnings", "model_version")
"""Columns that are added to each row."""


@dataclass
class BatchResult:
    """What came of a file. ``violations`` are at most a thousand, one for each broken rule of a row."""

    model: ModelReference
    rows: int = 0
    scored: int = 0
    batches: int = 0
    unknown_columns: tuple[str, ...] = ()
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_first(self) -> bool:
        """Whether this is after the first batch."""
        return self.batches == 1

    @property
    def bad(self) -> int:
        """Rows that could not be scored."""
        return self.rows - self.scored


async def served(publisher: ModelPublisher, loader: ModelLoader) -> tuple[ModelReference, LoadedModel]:
    """Load the model that is served.

    Raises:
        NoChampion: if nothing was published yet.
        ModelRefused: if its folder does not match its digest.
    """
    reference = await publisher.pointed_to()
    if reference is None:
        message = "there is no champion yet: run `medcost train stage=all`"
        raise NoChampion(message)
    folder = await publisher.folder(reference)
    return reference, await asyncio.to_thread(loader.load, reference, folder)


async def predict_file(
    model: LoadedModel,
    reference: ModelReference,
    source: Path,
    out: Path,
    *,
    on_batch: Callable[[BatchResult, list[Violation]], None],
) -> BatchResult:
    """Score the good rows of a file and write them, with all their columns, to another.

    Args:
        model: what answers.
        reference: its name.
        source: CSV, Parquet or JSON Lines, by its ending.
        out: likewise.
        on_batch: told after each batch what was found so far, and the batch's violations.

    Raises:
        InvalidInput: if a file as a whole cannot be read or written; nothing is written then.
    """
    result = BatchResult(reference)
    with rows_to(out) as write:
        for batch in read_rows(source, at_once=_AT_ONCE):
            if not result.rows:
                known = (*FACTS, TARGET)
                names = next((row for row in batch if isinstance(row, dict)), {})
                result.unknown_columns = tuple(name for name in names if name.strip().casefold() not in known)
            good: list[tuple[dict[str, Any], Beneficiary]] = []
            broken: list[Violation] = []
            for number, row in enumerate(batch, result.rows + 1):
                if isinstance(row, FieldError):
                    broken.append(Violation(number, row.field, row.code, row.detail))
                    continue
                try:
                    good.append((row, _beneficiary(row)))
                except InvalidBeneficiary as bad:
                    broken += [Violation(number, one.field, one.code, one.detail) for one in bad.errors]
            estimates = await model.predict([who for _, who in good])
            write([_answered(row, estimate) for (row, _), estimate in zip(good, estimates, strict=True)])
            result.rows += len(batch)
            result.scored += len(good)
            result.batches += 1
            result.violations += broken[: _MOST_VIOLATIONS - len(result.violations)]
            on_batch(result, broken)
    return result


def _beneficiary(row: dict[str, Any]) -> Beneficiary:
    facts = {name.strip().casefold(): value for name, value in row.items()}
    return Beneficiary.of({name: _tidy(name, facts[name]) for name in FACTS if facts.get(name) is not None})


def _tidy(name: str, value: object) -> object:
    if isinstance(value, str):
        return value.strip().casefold()
    # spreadsheets write whole numbers as 40.0
    return int(value) if name in _WHOLE and isinstance(value, float) and value.is_integer() else value


def _answered(row: dict[str, Any], estimate: Estimate) -> dict[str, Any]:
    interval = estimate.cost.interval()
    values = (
        estimate.cost.expected,
        estimate.cost.typical,
        interval.low,
        interval.high,
        " ".join(caution.code for caution in estimate.cautions),
        estimate.model.version,
    )
    return {**row, **dict(zip(ANSWERS, values, strict=True))}
