"""Monitoring: whether the champion still fits new people and their real costs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from domain.costs.distribution import INTERVAL_LEVEL, QUANTILE_LEVELS
from domain.costs.prediction import ModelReference
from domain.monitoring.drift import ColumnDrift, holm
from domain.monitoring.level import CostLevel, LevelState
from domain.people.beneficiary import Beneficiary
from domain.people.schema import Schema

# imports stand outside of TYPE_CHECKING because adapters decode these classes from JSON
ALARM: Final = 0.01
"""Chance of a false alarm from all columns of a report together, and again from all groups together."""
SHORTFALL: Final = 0.02
"""The distance below the promised level from which a coverage matters."""
FEWEST_OUTCOMES: Final = 30
"""The fewest real costs whose coverage is judged: of fewer, nine in ten may lie inside by chance alone."""
OVERALL: Final = "all"
"""The group of everybody."""

ROWS_PER_PERSON: Final = 2.25
"""The number of out-of-fold rows that say as much of the served model as one person whom it has not seen.

These rows were predicted by other fits than the served one, and those fits share most of their rows. Nadeau and
Bengio (2003, "Inference for the generalization error", eq. 9) therefore count the variance of a mean over K folds as
1 / K + 1 / (K - 1) instead of 1 / K: (2 K - 1) / (K - 1) times as much, for K = 5 as of so many fewer rows.
"""

TOLERANCE: Final = 1.0
"""Costs that differ by no more than this, in the currency of the costs, count as equal in `pit`."""


def watched_groups(schema: Schema) -> dict[str, Callable[[Beneficiary], bool]]:
    """Return the groups that are watched, by name: everybody, and those that the schema reports on."""
    return {OVERALL: lambda _: True, **{group.name: group.has for group in schema.reported_groups}}


def pit(quantiles: Sequence[float], charges: float, draw: float) -> float:
    """Return the probability integral transform of a cost: the share of its predicted distribution that lies below.

    Where the prediction is right it is uniform from 0 to 1, whoever asks, however skewed costs are, so that costs of
    different people can be compared. Between two quantiles, and where many lie within a dollar of the cost, ``draw``,
    uniform from 0 to 1, decides (Czado, Gneiting and Held 2009, "Predictive model assessment for count data"):
    cents that nobody cares about would decide otherwise.

    >>> pit([10.0 * percent for percent in range(1, 100)], 505, draw=0.5)
    0.505
    >>> pit([700.0] * 90 + [9000.0] * 9, 700.004, draw=0.1)
    0.091

    Raises:
        ValueError: if there are not 99 quantiles: another figure among them would be taken for one.
    """
    if len(quantiles) != len(QUANTILE_LEVELS):
        message = f"a cost distribution has {len(QUANTILE_LEVELS)} quantiles, not {len(quantiles)}"
        raise ValueError(message)
    below = bisect_left(quantiles, charges - TOLERANCE)
    upto = bisect_right(quantiles, charges + TOLERANCE)
    return (below + draw * (upto - below + 1)) / (len(QUANTILE_LEVELS) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOutcomes:
    """The outcomes of the predictions of one group of people.

    Args:
        group: one of `watched_groups`.
        outcomes: number of people with a known real cost.
        inside: number of these costs in the published range.
        bias: expected minus real cost, on average, in the currency of the costs.
        typical_mae: mean distance of the typical year from the real cost, in the same currency.
    """

    group: str
    outcomes: int
    inside: int
    bias: float
    typical_mae: float

    @property
    def coverage(self) -> float:
        """Return the share of costs in the published range."""
        return self.inside / self.outcomes

    @property
    def few(self) -> bool:
        """Return whether there are too few costs to say that the range holds."""
        return self.outcomes < FEWEST_OUTCOMES


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedGroup(GroupOutcomes):
    """A group, judged among all others.

    Args:
        before: coverage when the model was made.
        adjusted_p: chance of so low a coverage or a lower one had nothing changed, corrected for how many groups.
        short: whether coverage has fallen, and far enough to matter.
    """

    before: float
    adjusted_p: float
    short: bool


def judged(
    groups: Sequence[GroupOutcomes], before: Sequence[float], p_values: Sequence[float]
) -> tuple[JudgedGroup, ...]:
    """Judge groups: coverage is short if it has fallen significantly *and* lies well below what was promised."""
    return tuple(
        JudgedGroup(
            **asdict(group),
            before=was,
            adjusted_p=p,
            short=p < ALARM and group.coverage < INTERVAL_LEVEL - SHORTFALL,
        )
        for group, was, p in zip(groups, before, holm(p_values), strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringReport:
    """The findings of a monitoring run.

    Args:
        at: time of the run, in UTC.
        since: beginning of the window: predictions made, and outcomes recorded, since then are counted.
        model: the champion; only its own answers count.
        reference_rows: rows of its training data that they were compared with.
        predictions: number of predictions.
        outcomes: number of outcomes.
        columns: the facts; ``expected``, the answers; ``pit``, outcomes among what was predicted. Those that were
            too few to compare are left out.
        groups: those that had outcomes, everybody first.
        level: predicted over observed cost since its sequence began; None in reports of earlier releases.
    """

    at: datetime
    since: datetime
    model: ModelReference
    reference_rows: int
    predictions: int
    outcomes: int
    columns: tuple[ColumnDrift, ...]
    groups: tuple[JudgedGroup, ...]
    level: CostLevel | None = None

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return what has changed: ``drift:age``, ``coverage:smoker=yes`` or ``level``."""
        drifted = (f"drift:{column.column}" for column in self.columns if column.drifted)
        short = (f"coverage:{group.group}" for group in self.groups if group.short)
        level = ["level"] * (self.level is not None and self.level.state is LevelState.SHIFTED)
        return (*drifted, *short, *level)
