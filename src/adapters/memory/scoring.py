"""Scores in plain Python, row by row: slow and easy to follow; tests compare the scores from arrays with them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from operator import mul
from statistics import fmean, median
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.costs.distribution import CALIBRATION_LEVELS, INTERVAL_LEVEL, QUANTILE_LEVELS, CostDistribution, Interval
from domain.models.scores import (
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

_CLOSE: Final = 100.0
_CAP: Final = 250_000.0
_GOLDEN: Final = 0.6180339887498949
"""The golden ratio's fraction: its multiples are spread evenly from 0 to 1, and take the place of draws."""
_TOLD_QUANTILES: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)

_Row: TypeAlias = tuple[CostDistribution, float]
_Part: TypeAlias = list[tuple[float, CostDistribution, float]]
"""Rows with the share of each that belongs to a part of the people."""


def scores(answers: Sequence[CostDistribution], charges: Sequence[float]) -> Scores:
    """Measure answers about people whose charges are known, each row another person's."""
    rows = list(zip(answers, charges, strict=True))
    places = [pit(cost.quantiles, usd, number * _GOLDEN % 1) for number, (cost, usd) in enumerate(rows)]
    errors = [cost.expected - usd for cost, usd in rows]
    off = [abs(cost.typical - usd) for cost, usd in rows]
    inside = [_inside(*row) for row in rows]
    widths = [_width(cost) for cost, _ in rows]
    alpha = 1 - INTERVAL_LEVEL
    everybody = [(1.0, *row) for row in rows]
    return Scores(
        rows=len(rows),
        expected=ExpectedScores(
            r2=_r2(charges, errors),
            rmse=fmean([error**2 for error in errors]) ** 0.5,
            mae=fmean(map(abs, errors)),
            bias=fmean(errors),
        ),
        typical=TypicalScores(fmean(off), median(off), fmean([usd <= _CLOSE for usd in off])),
        crps=fmean([_crps(*row) for row in rows]),
        interval=IntervalScores(
            INTERVAL_LEVEL,
            fmean(inside),
            fmean(widths),
            fmean(widths) + 2 / alpha * fmean([_missed(*row) for row in rows]),
        ),
        groups=(
            GroupScores("all", len(rows), fmean(inside), fmean(widths), fmean(errors), len(rows), ratio_of(everybody)),
        ),
        calibration=tuple(
            Calibration(level, fmean([abs(place - 0.5) <= level / 2 for place in places]))
            for level in CALIBRATION_LEVELS
        ),
        people=len(rows),
        zero=ZeroScores(
            fmean([cost.zero for cost in answers]),
            fmean([usd == 0 for usd in charges]),
            fmean([(cost.zero - (usd == 0)) ** 2 for cost, usd in rows]),
        ),
        fifths=tuple(map(_fifth, parts_of(rows, 5))),
        actuarial=_actuarial(rows, errors),
        quantiles=tuple(Calibration(level, fmean([place <= level for place in places])) for level in _TOLD_QUANTILES),
    )


def _actuarial(rows: Sequence[_Row], errors: Sequence[float]) -> ActuarialScores:
    charges = [usd for _, usd in rows]
    mean = fmean(charges)
    apart = sum(abs(usd - mean) for usd in charges)
    capped = [min(usd, _CAP) for usd in charges]
    capture_1, capture_5, capture_10 = (_captured(rows, parts) for parts in (100, 20, 10))
    return ActuarialScores(
        overall=ratio_of((1.0, *row) for row in rows),
        deciles=tuple(map(ratio_of, parts_of(rows, 10))),
        cpm=1 - sum(map(abs, errors)) / apart if apart else 0.0,
        gini=_gini(rows),
        mae_over_mean=fmean(map(abs, errors)) / mean if mean else 0.0,
        capped_r2=_r2(capped, [min(cost.expected, _CAP) - usd for (cost, _), usd in zip(rows, capped, strict=True)]),
        cap=_CAP,
        capture_1=capture_1,
        capture_5=capture_5,
        capture_10=capture_10,
    )


def parts_of(rows: Sequence[_Row], count: int) -> list[_Part]:
    """Cut the rows into parts of equal size, lowest expected cost first; equal ones are spread evenly."""
    blocks = _blocks(rows)
    return [_part(blocks, number, len(rows) / count) for number in range(count)]


def _blocks(rows: Sequence[_Row], *, by_cost: bool = False) -> list[list[_Row]]:
    """Return the rows that are equal in expected (or actual) cost together, lowest cost first."""
    blocks: dict[float, list[_Row]] = defaultdict(list)
    for cost, usd in rows:
        blocks[usd if by_cost else cost.expected].append((cost, usd))
    return [block for _, block in sorted(blocks.items())]


def _part(blocks: Iterable[list[_Row]], number: int, size: float) -> _Part:
    part: _Part = []
    start = 0
    for block in blocks:
        upto = start + len(block)
        share = (min(upto, (number + 1) * size) - max(start, number * size)) / len(block)
        if share > 0:
            part += [(share, *row) for row in block]
        start = upto
    return part


def ratio_of(part: Iterable[tuple[float, CostDistribution, float]]) -> PredictiveRatio:
    """Return predicted over observed cost of rows, each weighted by its share."""
    rows = list(part)
    observed = sum(share * usd for share, _, usd in rows)
    return PredictiveRatio(sum(share * cost.expected for share, cost, _ in rows) / observed if observed else None)


def _fifth(part: _Part) -> FifthScores:
    shares = [share for share, _, _ in part]
    size = sum(shares)

    def mean(figures: Sequence[float]) -> float:
        return sum(map(mul, shares, figures)) / size

    return FifthScores(
        people=round(size),
        coverage=mean([_inside(cost, usd) for _, cost, usd in part]),
        predicted=mean([cost.expected for _, cost, _ in part]),
        observed=mean([usd for _, _, usd in part]),
        from_zero=mean([_interval(cost).low <= 0 for _, cost, _ in part]),
        zero_predicted=mean([cost.zero for _, cost, _ in part]),
        zero_observed=mean([usd == 0 for _, _, usd in part]),
    )


def _captured(rows: Sequence[_Row], parts: int) -> float:
    mine, most = (
        sum(share * usd for share, _, usd in _part(_blocks(rows, by_cost=by_cost), parts - 1, len(rows) / parts))
        for by_cost in (False, True)
    )
    return mine / most if most else 0.0


def _gini(rows: Sequence[_Row]) -> float:
    """Return 2 cov(cost, rank of the expected cost) / mean cost, ranks from 0 to 1."""
    ranks: dict[float, float] = {}
    expected = sorted(cost.expected for cost, _ in rows)
    for value in set(expected):
        ranks[value] = (expected.index(value) + expected.count(value) / 2) / len(expected)
    mean = fmean([usd for _, usd in rows])
    return 2 * fmean([(ranks[cost.expected] - 0.5) * (usd - mean) for cost, usd in rows]) / mean if mean else 0.0


def _r2(charges: Sequence[float], errors: Sequence[float]) -> float:
    middle = fmean(charges)
    spread = sum((usd - middle) ** 2 for usd in charges)
    return 1 - sum(error**2 for error in errors) / spread if spread else 0.0


@lru_cache(1024)
def _interval(cost: CostDistribution) -> Interval:
    """Return the central interval, which several scores ask for."""
    return cost.interval()


def _inside(cost: CostDistribution, usd: float) -> bool:
    interval = _interval(cost)
    return interval.low <= usd <= interval.high


def _width(cost: CostDistribution) -> float:
    interval = _interval(cost)
    return interval.high - interval.low


def _missed(cost: CostDistribution, usd: float) -> float:
    interval = _interval(cost)
    return max(interval.low - usd, 0) + max(usd - interval.high, 0)


def _crps(cost: CostDistribution, usd: float) -> float:
    """Average twice the pinball loss over the known levels (Laio and Tamea 2007, eq. 4)."""
    losses = zip(QUANTILE_LEVELS, cost.quantiles, strict=True)
    return 2 * fmean([(level - (usd < quantile)) * (usd - quantile) for level, quantile in losses])
