"""Shadow: what a challenger would have answered those who asked the champion, and who of the two was nearer."""

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
"""One difference has no standard error."""
_MOVERS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Differences in USD, challenger minus champion: their mean, how large they are on average, and quantiles."""

    mean: float
    mean_absolute: float
    p5: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifferences:
    """How differently one of `watched_groups` would have been answered."""

    group: str
    predictions: int
    expected: Spread
    typical: Spread


@dataclass(frozen=True, slots=True)
class Mover:
    """A recorded answer, and what the challenger says of the same person."""

    prediction: Prediction
    expected: float
    typical: float

    @property
    def difference(self) -> float:
        """Challenger minus champion, of the expected cost."""
        return self.expected - self.prediction.expected


@dataclass(frozen=True, slots=True)
class Replay:
    """Both models, as they are, on labelled rows that neither of them learnt from."""

    comparison: PairedComparison
    challenger: Scores
    champion: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """The result of a replay.

    Args:
        at: when, in UTC.
        since: predictions made from then on were looked at.
        champion: who answered them.
        challenger: who was asked now.
        predictions: how many there were.
        groups: those that anybody belongs to, everybody first.
        movers: those whose expected cost would change most, the most first.
        outcomes: how many of these predictions have an outcome, the newest of them.
        replay: both on those outcomes; None if there were fewer than two that neither had learnt from.
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
    """Counted by whole dollars: memory grows with how far apart answers are, not with how many there are."""

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
        """Give the smallest difference that so large a share does not exceed."""
        rising = sorted(self.dollars.items())
        upto = accumulate(times for _, times in rising)
        return next(float(dollars) for (dollars, _), seen in zip(rising, upto, strict=True) if seen >= level * count)


@dataclass
class Tally:
    """Differences as they come in, in as much memory for a million predictions as for a thousand."""

    schema: Schema
    _counts: Counter[str] = field(default_factory=Counter[str])
    _expected: dict[str, _Differences] = field(default_factory=lambda: defaultdict(_Differences))
    _typical: dict[str, _Differences] = field(default_factory=lambda: defaultdict(_Differences))
    _movers: list[tuple[float, int, Mover]] = field(default_factory=list[tuple[float, int, Mover]])

    def add(self, prediction: Prediction, expected: float, typical: float) -> None:
        """Count what the challenger says of one person."""
        mover = Mover(prediction, expected, typical)
        for group, belongs in watched_groups(self.schema).items():
            if belongs(prediction.beneficiary):
                self._counts[group] += 1
                self._expected[group].add(mover.difference)
                self._typical[group].add(typical - prediction.typical)
        # of equally large ones the identifier decides, so that the same replay names the same people
        heapq.heappush(self._movers, (abs(mover.difference), prediction.id.int, mover))
        if len(self._movers) > _MOVERS:
            heapq.heappop(self._movers)

    def groups(self) -> tuple[GroupDifferences, ...]:
        """Sum up, group by group."""
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
        """Give those that would change most, the most first."""
        return [mover for _, _, mover in sorted(self._movers, reverse=True, key=lambda mover: mover[:2])]
