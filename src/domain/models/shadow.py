"""Shadow runs: the challenger's answers to recorded requests, and the errors of challenger and champion."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from domain.monitoring.report import watched_groups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.costs.prediction import ModelReference, Prediction
    from domain.models.promotion import PairedComparison
    from domain.models.scores import Scores
    from domain.people.schema import Schema

FEWEST_OUTCOMES: Final = 2
"""The fewest outcomes with a standard error."""
_MOVERS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Differences in money, challenger minus champion: their mean, their mean size, and quantiles."""

    mean: float
    mean_absolute: float
    p5: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifferences:
    """The differences of answers in one of `watched_groups`."""

    group: str
    predictions: int
    expected: Spread
    typical: Spread


@dataclass(frozen=True, slots=True)
class Mover:
    """A recorded answer, and the challenger's answer for the same person."""

    prediction: Prediction
    expected: float
    typical: float

    @property
    def difference(self) -> float:
        """Return challenger minus champion, of the expected cost."""
        return self.expected - self.prediction.expected


@dataclass(frozen=True, slots=True)
class Replay:
    """The scores of both models on labelled rows that neither of them learned from."""

    comparison: PairedComparison
    challenger: Scores
    champion: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """The result of a replay.

    Args:
        at: time of the replay, in UTC.
        since: predictions from this time on were replayed.
        champion: the version that answered them.
        challenger: the version that answered them in the replay.
        predictions: number of predictions.
        groups: the groups with people in them, everybody first.
        movers: the people whose expected cost would change most, the largest change first.
        outcomes: number of the newest predictions that have an outcome.
        replay: both versions on those outcomes; None for fewer than two that neither had learned from.
    """

    at: datetime
    since: datetime
    champion: ModelReference
    challenger: ModelReference
    predictions: int
    groups: tuple[GroupDifferences, ...]
    movers: tuple[Mover, ...]
    outcomes: int
    replay: Replay | None


@dataclass
class _Differences:
    """Differences counted by whole dollars: memory grows with their range, not with their number."""

    dollars: Counter[int] = field(default_factory=Counter[int])
    total: float = 0.0
    total_absolute: float = 0.0

    def add(self, difference: float) -> None:
        self.dollars[round(difference)] += 1
        self.total += difference
        self.total_absolute += abs(difference)

    def spread(self, count: int) -> Spread:
        return Spread(
            mean=self.total / count,
            mean_absolute=self.total_absolute / count,
            p5=self._quantile(0.05, count),
            median=self._quantile(0.5, count),
            p95=self._quantile(0.95, count),
        )

    def _quantile(self, level: float, count: int) -> float:
        """Return the smallest difference that the share ``level`` of the differences does not exceed."""
        rising = sorted(self.dollars.items())
        upto = accumulate(times for _, times in rising)
        return next(float(dollars) for (dollars, _), seen in zip(rising, upto, strict=True) if seen >= level * count)


@dataclass
class Tally:
    """A running tally of differences, whose memory does not grow with the number of predictions."""

    schema: Schema
    _counts: Counter[str] = field(default_factory=Counter[str])
    _expected: dict[str, _Differences] = field(default_factory=lambda: defaultdict(_Differences))
    _typical: dict[str, _Differences] = field(default_factory=lambda: defaultdict(_Differences))
    _movers: list[tuple[float, int, Mover]] = field(default_factory=list[tuple[float, int, Mover]])

    def add(self, prediction: Prediction, expected: float, typical: float) -> None:
        """Count the challenger's answer for one person."""
        mover = Mover(prediction, expected, typical)
        for group, belongs in watched_groups(self.schema).items():
            if belongs(prediction.beneficiary):
                self._counts[group] += 1
                self._expected[group].add(mover.difference)
                self._typical[group].add(typical - prediction.typical)
        # ties are broken by the identifier, so that the same replay names the same people
        heapq.heappush(self._movers, (abs(mover.difference), prediction.id.int, mover))
        if len(self._movers) > _MOVERS:
            heapq.heappop(self._movers)

    def groups(self) -> tuple[GroupDifferences, ...]:
        """Return the differences of each group."""
        return tuple(
            GroupDifferences(
                group=group,
                predictions=count,
                expected=self._expected[group].spread(count),
                typical=self._typical[group].spread(count),
            )
            for group in watched_groups(self.schema)
            if (count := self._counts[group])
        )

    def movers(self) -> Sequence[Mover]:
        """Return the people whose expected cost would change most, the largest change first."""
        return [mover for _, _, mover in sorted(self._movers, reverse=True, key=lambda mover: mover[:2])]
