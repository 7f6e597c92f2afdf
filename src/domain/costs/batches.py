"""Predictions that are made together, as columns: by one model, at one time, for one owner.

Each batch is a sequence of the objects that it stands for, which are made when they are asked for: ports take and
return sequences, and only adapters that know of batches read the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Self

from domain.costs.cents import cents_down, cents_up
from domain.costs.chance import rounded_chance
from domain.costs.distribution import INTERVAL_LEVEL, Interval
from domain.costs.prediction import NewPrediction, Prediction, Published
from domain.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.costs.prediction import Caution, ModelReference
    from domain.people.people import People


@dataclass(frozen=True, slots=True)
class PublishedBatch(Rows[Published]):
    """What one model publishes of many beneficiaries, see `Published`.

    Args:
        model: which model.
        expected: the means.
        typical: the medians.
        low: the lower bounds of the intervals of level `INTERVAL_LEVEL`.
        high: the upper bounds.
        zero: the chances of no cost.
        cautions: the cautions of the rows that have any, by row.
    """

    model: ModelReference
    expected: Sequence[float]
    typical: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    zero: Sequence[float]
    cautions: Mapping[int, tuple[Caution, ...]]

    @classmethod
    def of(cls, published: Sequence[Published]) -> PublishedBatch:
        """Return what one model publishes, of at least one beneficiary, as columns."""
        if isinstance(published, PublishedBatch):
            return published
        return cls(
            published[0].model,
            [figures.expected for figures in published],
            [figures.typical for figures in published],
            [figures.interval.low for figures in published],
            [figures.interval.high for figures in published],
            [figures.zero for figures in published],
            {row: figures.cautions for row, figures in enumerate(published) if figures.cautions},
        )

    @classmethod
    def rounded(
        cls,
        model: ModelReference,
        columns: Iterable[Sequence[float]],
        cautions: Mapping[int, tuple[Caution, ...]],
    ) -> Self:
        """Round columns of figures, in the order mean, lower bound, median, upper bound and chance of no cost."""
        mean, low, median, high, zero = columns
        return cls(
            model,
            [round(usd, 2) for usd in mean],
            [round(usd, 2) for usd in median],
            list(map(cents_down, low)),
            list(map(cents_up, high)),
            list(map(rounded_chance, zero)),
            cautions,
        )

    @classmethod
    def joined(cls, several: Sequence[Sequence[Published]]) -> Self:
        """Return what one model publishes in several parts, of at least one beneficiary each, in their order."""
        parts = [PublishedBatch.of(part) for part in several]
        starts = accumulate(map(len, parts), initial=0)
        cautions = {
            start + row: cautions_of_row
            for start, part in zip(starts, parts, strict=False)
            for row, cautions_of_row in part.cautions.items()
        }
        columns = zip(*((part.expected, part.typical, part.low, part.high, part.zero) for part in parts), strict=True)
        expected, typical, low, high, zero = (list(chain.from_iterable(column)) for column in columns)
        return cls(parts[0].model, expected, typical, low, high, zero, cautions)

    def __len__(self) -> int:
        return len(self.expected)

    def row(self, number: int) -> Published:
        """Return the figures of a row."""
        return Published(
            self.expected[number],
            self.typical[number],
            Interval(INTERVAL_LEVEL, self.low[number], self.high[number]),
            self.zero[number],
            self.cautions.get(number, ()),
            self.model,
        )

    def part(self, rows: slice) -> Self:
        """Return the figures of some rows."""
        chosen = range(len(self))[rows]
        cautions = {place: self.cautions[row] for place, row in enumerate(chosen) if row in self.cautions}
        return type(self)(
            self.model,
            self.expected[rows],
            self.typical[rows],
            self.low[rows],
            self.high[rows],
            self.zero[rows],
            cautions,
        )


@dataclass(frozen=True, slots=True)
class NewBatch(Rows[NewPrediction]):
    """Predictions that are not recorded yet.

    Args:
        created_at: when they were made.
        people: the beneficiaries.
        published: the published figures of each.
        owner: who asked for them, see `NewPrediction`.
    """

    created_at: datetime
    people: People
    published: PublishedBatch
    owner: str | None = None

    def __len__(self) -> int:
        return len(self.published)

    def row(self, number: int) -> NewPrediction:
        """Return a prediction."""
        return NewPrediction.of(
            self.people.row(number), self.published.row(number), at=self.created_at, owner=self.owner
        )

    def part(self, rows: slice) -> Self:
        """Return some of the predictions."""
        return type(self)(self.created_at, self.people[rows], self.published[rows], self.owner)


@dataclass(frozen=True, slots=True)
class PredictionBatch(Rows[Prediction]):
    """Predictions that are recorded.

    Args:
        new: the predictions.
        ids: the identifiers.
    """

    new: NewBatch
    ids: Sequence[UUID]

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, number: int) -> Prediction:
        """Return a prediction."""
        return Prediction.recorded(self.new.row(number), self.ids[number])

    def part(self, rows: slice) -> Self:
        """Return some of the predictions."""
        return type(self)(self.new[rows], self.ids[rows])
