"""Scores in plain Python, row by row: slow and easy to follow; tests compare the scores from arrays with them."""

from __future__ import annotations

from collections import defaultdict
from operator import mul
from statistics import fmean, median
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from domain.costs.distribution import (
    CALIBRATION_LEVELS,
    CALIBRATION_QUANTILES,
    INTERVAL_LEVEL,
    QUANTILE_LEVELS,
    CostDistribution,
    Interval,
)
from domain.models.scores import (
    CAP,
    CLOSE,
    ActuarialScores,
    Calibration,
    ExpectedScores,
    FifthScores,
    GroupScores,
    IntervalScores,
    PredictiveRatio,
    Scores,
    TypicalScores,
    ZeroScores,
)
from domain.monitoring.report import pit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GOLDEN: Final = 0.6180339887498949
"""The golden ratio's fraction: its multiples are spread evenly from 0 to 1, and take the place of draws."""


class _Row(NamedTuple):
    cost: CostDistribution
    expected: float
    interval: Interval
    usd: float

    @property
    def inside(self) -> bool:
        return self.interval.low <= self.usd <= self.interval.high

    @property
    def width(self) -> float:
        return self.interval.high - self.interval.low

    @property
    def missed(self) -> float:
        return max(self.interval.low - self.usd, 0) + max(self.usd - self.interval.high, 0)


_Part: TypeAlias = list[tuple[float, _Row]]
"""Rows with the share of each that belongs to a part of the people."""


def scores(answers: Sequence[CostDistribution], charges: Sequence[float]) -> Scores:
    """Measure answers about people whose charges are known, each row another person's."""
    # many rows share one answer, which is looked at once
    answered = {
        key: (cost, cost.expected, cost.interval()) for key, cost in {id(cost): cost for cost in answers}.items()
    }
    rows = [_Row(*answered[id(cost)], usd) for cost, usd in zip(answers, charges, strict=True)]
    places = [pit(row.cost.quantiles, row.usd, number * _GOLDEN % 1) for number, row in enumerate(rows)]
    errors = [row.expected - row.usd for row in rows]
    off = [abs(row.cost.typical - row.usd) for row in rows]
    inside = [row.inside for row in rows]
    widths = [row.width for row in rows]
    alpha = 1 - INTERVAL_LEVEL
    overall = ratio_of((1.0, row.expected, row.usd) for row in rows)
    return Scores(
        rows=len(rows),
        expected=ExpectedScores(
            r2=_r2(charges, errors),
            rmse=fmean([error**2 for error in errors]) ** 0.5,
            mae=fmean(map(abs, errors)),
            bias=fmean(errors),
        ),
        typical=TypicalScores(fmean(off), median(off), fmean([usd <= CLOSE for usd in off])),
        crps=fmean([_crps(row.cost, row.usd) for row in rows]),
        interval=IntervalScores(
            INTERVAL_LEVEL,
            fmean(inside),
            fmean(widths),
            fmean(widths) + 2 / alpha * fmean([row.missed for row in rows]),
        ),
        groups=(GroupScores("all", len(rows), fmean(inside), fmean(widths), fmean(errors), len(rows), overall),),
        calibration=tuple(
            Calibration(level, fmean([abs(place - 0.5) <= level / 2 for place in places]))
            for level in CALIBRATION_LEVELS
        ),
        people=len(rows),
        zero=ZeroScores(
            fmean([cost.zero for cost in answers]),
            fmean([usd == 0 for usd in charges]),
            fmean([(row.cost.zero - (row.usd == 0)) ** 2 for row in rows]),
        ),
        fifths=tuple(map(_fifth, _parts_of(rows, 5))),
        actuarial=_actuarial(rows, errors, overall),
        quantiles=tuple(
            Calibration(level, fmean([place <= level for place in places])) for level in CALIBRATION_QUANTILES
        ),
    )


def _actuarial(rows: Sequence[_Row], errors: Sequence[float], overall: PredictiveRatio) -> ActuarialScores:
    charges = [row.usd for row in rows]
    mean = fmean(charges)
    apart = sum(abs(usd - mean) for usd in charges)
    capped = [min(usd, CAP) for usd in charges]
    capture_1, capture_5, capture_10 = (_captured(rows, parts) for parts in (100, 20, 10))
    return ActuarialScores(
        overall=overall,
        deciles=tuple(ratio_of((share, row.expected, row.usd) for share, row in part) for part in _parts_of(rows, 10)),
        cpm=1 - sum(map(abs, errors)) / apart if apart else 0.0,
        gini=_gini(rows),
        mae_over_mean=fmean(map(abs, errors)) / mean if mean else 0.0,
        capped_r2=_r2(capped, [min(row.expected, CAP) - usd for row, usd in zip(rows, capped, strict=True)]),
        cap=CAP,
        capture_1=capture_1,
        capture_5=capture_5,
        capture_10=capture_10,
    )


def _parts_of(rows: Sequence[_Row], count: int) -> list[_Part]:
    """Cut the rows into parts of equal size, lowest expected cost first; equal ones are spread evenly."""
    blocks = _blocks(rows)
    return [_part(blocks, number, len(rows) / count) for number in range(count)]


def _blocks(rows: Sequence[_Row], *, by_cost: bool = False) -> list[list[_Row]]:
    """Return the rows that are equal in expected (or actual) cost together, lowest cost first."""
    blocks: dict[float, list[_Row]] = defaultdict(list)
    for row in rows:
        blocks[row.usd if by_cost else row.expected].append(row)
    return [block for _, block in sorted(blocks.items())]


def _part(blocks: Iterable[list[_Row]], number: int, size: float) -> _Part:
    part: _Part = []
    start = 0
    for block in blocks:
        upto = start + len(block)
        share = (min(upto, (number + 1) * size) - max(start, number * size)) / len(block)
        if share > 0:
            part += [(share, row) for row in block]
        start = upto
    return part


def ratio_of(part: Iterable[tuple[float, float, float]]) -> PredictiveRatio:
    """Return predicted over observed cost of rows, given by the share of each, its expected and its actual cost."""
    rows = list(part)
    observed = sum(share * usd for share, _, usd in rows)
    return PredictiveRatio(sum(share * expected for share, expected, _ in rows) / observed if observed else None)


def _fifth(part: _Part) -> FifthScores:
    shares = [share for share, _ in part]
    rows = [row for _, row in part]
    size = sum(shares)

    def mean(figures: Sequence[float]) -> float:
        return sum(map(mul, shares, figures)) / size

    return FifthScores(
        people=round(size),
        coverage=mean([row.inside for row in rows]),
        predicted=mean([row.expected for row in rows]),
        observed=mean([row.usd for row in rows]),
        from_zero=mean([row.interval.low <= 0 for row in rows]),
        zero_predicted=mean([row.cost.zero for row in rows]),
        zero_observed=mean([row.usd == 0 for row in rows]),
    )


def _captured(rows: Sequence[_Row], parts: int) -> float:
    mine, most = (
        sum(share * row.usd for share, row in _part(_blocks(rows, by_cost=by_cost), parts - 1, len(rows) / parts))
        for by_cost in (False, True)
    )
    return mine / most if most else 0.0


def _gini(rows: Sequence[_Row]) -> float:
    """Return 2 cov(cost, rank of the expected cost) / mean cost, ranks from 0 to 1."""
    ranks: dict[float, float] = {}
    expected = sorted(row.expected for row in rows)
    for value in set(expected):
        ranks[value] = (expected.index(value) + expected.count(value) / 2) / len(expected)
    mean = fmean([row.usd for row in rows])
    return 2 * fmean([(ranks[row.expected] - 0.5) * (row.usd - mean) for row in rows]) / mean if mean else 0.0


def _r2(charges: Sequence[float], errors: Sequence[float]) -> float:
    middle = fmean(charges)
    spread = sum((usd - middle) ** 2 for usd in charges)
    return 1 - sum(error**2 for error in errors) / spread if spread else 0.0


def _crps(cost: CostDistribution, usd: float) -> float:
    """Average twice the pinball loss over the known levels (Laio and Tamea 2007, eq. 4)."""
    losses = zip(QUANTILE_LEVELS, cost.quantiles, strict=True)
    return 2 * fmean([(level - (usd < quantile)) * (usd - quantile) for level, quantile in losses])
