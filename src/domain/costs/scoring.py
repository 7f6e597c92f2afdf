"""A file of people that is scored: its batches, what its answers depend on, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from domain.costs.prediction import ModelReference
from domain.people.contract import MOST_VIOLATIONS, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.schema import Schema
    from domain.people.table_reading import ReadingRules

BATCH_ROWS: Final = 1 << 16
"""Rows of a batch, unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class ScoringJob:
    """What the answers to a file depend on, beside the file itself.

    Args:
        model: what answers.
        rules: how the file is read.
        at_once: rows of a batch.
        above: an amount; the chance of costing more is among the answers. None for no such chance.
        every_row: whether bad rows are written, too: all rows with their line before them, `LINE`, and with what is
            wrong with them behind them, `LEFT_OUT`.
    """

    model: ModelReference
    rules: ReadingRules
    at_once: int = BATCH_ROWS
    above: float | None = None
    every_row: bool = False


@dataclass(frozen=True, slots=True)
class PeopleBatch:
    """Some rows of a file.

    Args:
        schema: names and order of the facts.
        facts: of the good rows, n x width doubles, C-contiguous.
        rows: how many rows were read, bad ones included.
        violations: what is wrong with the bad rows, at most `MOST_VIOLATIONS`.
        unused_columns: columns that no fact is read from.
        share: how much of the file is read with them, 0-1.
        good_rows: the good rows with all their columns, as the adapter that read them writes them; or all rows, see
            `ScoringJob.every_row`.
        places: where the good rows stand among them; None where they are all there are.
    """

    schema: Schema
    facts: memoryview[float]
    rows: int
    violations: Sequence[Violation]
    unused_columns: Sequence[str]
    share: float
    good_rows: object
    places: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class ScoringReport:
    """The result of scoring a file.

    Args:
        model: what answered.
        rows: how many rows were read.
        scored: how many of them were good.
        unknown_columns: columns that are passed through, and not used.
        notes: what was decided when the file was opened.
        violations: one for each broken rule of a row, at most `MOST_VIOLATIONS`.
        resumed: how many rows an earlier run had done that was cut short.
        batches: how many were scored since.
        share: how much of the file is done, 0-1.
    """

    model: ModelReference
    rows: int = 0
    scored: int = 0
    unknown_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    resumed: int = 0
    batches: int = 0
    share: float = 0.0

    @property
    def is_first(self) -> bool:
        """Return whether this is after the first batch of this run."""
        return self.batches == 1

    @property
    def bad(self) -> int:
        """Return how many rows could not be scored."""
        return self.rows - self.scored

    def with_batch(self, batch: PeopleBatch) -> Self:
        """Return the report after one more batch."""
        return replace(
            self,
            rows=self.rows + batch.rows,
            scored=self.scored + len(batch.facts),
            unknown_columns=self.unknown_columns if self.rows else tuple(batch.unused_columns),
            violations=(*self.violations, *batch.violations)[:MOST_VIOLATIONS],
            batches=self.batches + 1,
            share=batch.share,
        )
