"""Scoring of a file of people: the settings, the batches and the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from domain.costs.prediction import ModelReference
from domain.people.contract import MOST_VIOLATIONS, Violation
from domain.people.people_table import ABOVE, ANSWERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.schema import Schema
    from domain.people.table_reading import ReadingRules

BATCH_ROWS: Final = 1 << 16
"""The default number of rows in a batch."""


@dataclass(frozen=True, slots=True)
class ScoringJob:
    """The settings on which the answers depend, beside the file itself.

    Args:
        model: the model that answers.
        rules: the rules by which the file is read.
        at_once: the number of rows in a batch.
        above: an amount; the chance of costing more than it is added to each answer. None adds no chance.
        every_row: whether bad rows are written, too: each row after its line number (`LINE`), and followed by what is
            wrong with it (`LEFT_OUT`).
    """

    model: ModelReference
    rules: ReadingRules
    at_once: int = BATCH_ROWS
    above: float | None = None
    every_row: bool = False


@dataclass(frozen=True, slots=True)
class PeopleBatch:
    """Consecutive rows of a file.

    Args:
        schema: names and order of the facts.
        facts: the facts of the good rows, n x width doubles, C-contiguous.
        rows: the number of rows that were read, including bad ones.
        violations: the broken rules of the bad rows, at most `MOST_VIOLATIONS`.
        unused_columns: the columns that no fact is read from.
        share: the share of the file that is read after this batch, 0-1.
        good_rows: the good rows with all their columns, in the form that the adapter writes; or all rows, see
            `ScoringJob.every_row`.
        places: the positions of the good rows in ``good_rows``; None where all of them are good.
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
        model: the model that answered.
        rows: the number of rows that were read.
        scored: the number of good rows among them.
        unknown_columns: the columns that are copied and not used.
        notes: the decisions that were made when the file and its first rows were read.
        violations: one for each broken rule of a row, at most `MOST_VIOLATIONS`.
        resumed: the number of rows that an earlier, interrupted run had scored.
        batches: the number of batches that this run has scored.
        share: the share of the file that is done, 0-1.
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
        """Return whether this is the report on the first batch of this run."""
        return self.batches == 1

    @property
    def bad(self) -> int:
        """Return the number of rows that could not be scored."""
        return self.rows - self.scored

    def with_batch(self, batch: PeopleBatch) -> Self:
        """Return the report after one more batch; the first one tells of the columns."""
        unknown, notes = self.unknown_columns, self.notes
        if not self.rows:
            replaced = [name for name in batch.unused_columns if name in (*ANSWERS, ABOVE)]
            unknown = tuple(name for name in batch.unused_columns if name not in replaced)
            if replaced:
                notes = (*notes, f"answers take the place of the file's own columns: {', '.join(replaced)}")
        return replace(
            self,
            rows=self.rows + batch.rows,
            scored=self.scored + len(batch.facts),
            unknown_columns=unknown,
            notes=notes,
            violations=(*self.violations, *batch.violations)[:MOST_VIOLATIONS],
            batches=self.batches + 1,
            share=batch.share,
        )
