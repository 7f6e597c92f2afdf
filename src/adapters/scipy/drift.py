"""Drift by two-sample tests, with the population stability index as the size of the effect.

The tests are written out over the functions of SciPy: its statistics take 80 MB and two seconds to import, its
functions 30 MB and half a second, and the web process measures drift too.

Of numbers, Kolmogorov-Smirnov sees any change of shape, but needs many rows; Mann-Whitney sees a shift of the whole
among fewer; exceedances see values that the reference never had among very few. All tests are made, and the smallest
p-value is multiplied by their number (Bonferroni). Where a fact may be missing, the share of people who gave it is
tested, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import chdtrc, gammaln, kolmogorov, ndtr

from domain.monitoring.drift import Difference, DriftReport, psi_upper
from domain.ports.drift import DriftMeter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.monitoring.drift import Sample

    Floats = NDArray[np.float64]

_BINS: Final = 10


class ScipyDriftMeter(DriftMeter):
    """Three tests of numbers, chi-squared for categories.

    Ties among whole numbers make Kolmogorov-Smirnov cautious: it detects a little less than it might.
    """

    def measure(self, reference: Sample, current: Sample) -> DriftReport:
        """Compare column by column."""
        before, now = _columns(reference), _columns(current)
        pairs = [(name, before[name], now[name]) for name in before if name in now]
        kinds = {fact.name: fact.codes for fact in reference.schema.filters}
        may_miss = {fact.name for fact in reference.schema.facts if fact.may_be_missing}
        differences = [
            _with_gaps(name, was, is_now, kinds.get(name, 0))
            if name in may_miss and (np.isnan(was).any() or np.isnan(is_now).any())
            else _difference(name, _given(was), _given(is_now), kinds.get(name, 0))
            for name, was, is_now in pairs
            if len(_given(was)) and (len(_given(is_now)) or name in may_miss)
        ]
        return DriftReport.of(differences, reference_rows=len(reference), rows=len(current))

    def fell(self, now: tuple[int, int], before: tuple[int, int]) -> float:
        """Return the p-value of Fisher's exact test, one-sided."""
        from scipy.stats import fisher_exact  # noqa: PLC0415  # only when asked: a second of import

        table = [[count, rows - count] for count, rows in (now, before)]
        result: Any = fisher_exact(table, alternative="less")
        return float(result.pvalue)


def _columns(sample: Sample) -> dict[str, Floats]:
    if not len(sample):
        return {}
    facts = np.asarray(sample.facts, dtype=np.float64)
    columns = {name: facts[:, i] for i, name in enumerate(sample.schema.names)}
    return columns | {name: np.asarray(values, dtype=np.float64) for name, values in sample.more.items()}


def _given(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _with_gaps(name: str, before: Floats, now: Floats, kinds: int) -> Difference:
    """Measure one column in which values are missing: the values that are given, and how many are.

    The two are different questions, so the smaller p-value counts for two (Bonferroni). The index is that of given or
    not, and that of the values in proportion to the people who gave one.
    """
    gaps = np.array([[np.isnan(some).sum(), (~np.isnan(some)).sum()] for some in (before, now)], dtype=np.float64)
    statistic, p_value = _chi_squared(gaps)
    rows, psi, test = (len(before), len(now)), _stability_index(gaps), "missing"
    if gaps[1, 1]:
        values = _difference(name, _given(before), _given(now), kinds)
        psi += values.psi * float((gaps[:, 1] / gaps.sum(axis=1)).mean())
        if values.p_value < p_value:
            test, statistic, p_value = values.test, values.statistic, values.p_value
        p_value = min(1.0, 2 * p_value)
    return Difference(
        column=name,
        test=test,
        statistic=statistic,
        p_value=p_value,
        psi=psi,
        psi_upper=psi_upper(psi, *rows),
    )


def _difference(name: str, before: Floats, now: Floats, kinds: int) -> Difference:
    """Measure one column of numbers (``kinds`` is 0) or of so many ``kinds`` of categories."""
    if not kinds:
        before, now = np.sort(before), np.sort(now)  # looking up what is in order takes a fifth of the time
        # bins of equal share in the reference; values that repeat make fewer
        edges = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
        counts = np.array([_counts(np.searchsorted(edges, some), len(edges) + 1) for some in (before, now)])
        tests = {
            "kolmogorov_smirnov": _kolmogorov_smirnov(before, now),
            "mann_whitney": _mann_whitney(before, now),
            "exceedance": _exceedance(before, now),
        }
        test, (statistic, p_value) = min(tests.items(), key=lambda result: result[1][1])
        p_value = min(1.0, len(tests) * p_value)
    else:
        kinds = max(kinds, int(max(before.max(), now.max())) + 1)
        counts = np.array([_counts(some.astype(np.intp), kinds) for some in (before, now)])
        counts = counts[:, counts.any(axis=0)]
        test, (statistic, p_value) = "chi_squared", _chi_squared(counts)
    psi = _stability_index(counts)
    return Difference(
        column=name,
        test=test,
        statistic=statistic,
        p_value=p_value,
        psi=psi,
        psi_upper=psi_upper(psi, len(before), len(now)),
    )


def _kolmogorov_smirnov(before: Floats, now: Floats) -> tuple[float, float]:
    """Return the largest distance between two empirical distributions, and its p-value in the limit of many rows."""
    every = np.sort(np.concatenate([before, now]), kind="stable")
    below = [np.searchsorted(some, every, side="right") / len(some) for some in (before, now)]
    apart = float(np.abs(below[0] - below[1]).max())
    return apart, float(kolmogorov(apart * np.sqrt(len(before) * len(now) / len(every))))


def _mann_whitney(before: Floats, now: Floats) -> tuple[float, float]:
    """Return the chance that a current value is above a reference one, ties counting half, and the p-value.

    In the limit of many rows, with the variance corrected for ties.
    """
    below, upto = (np.searchsorted(before, now, side=side) for side in ("left", "right"))
    above = float(np.mean(below + upto)) / 2 / len(before)
    _, ties = np.unique(np.concatenate([before, now]), return_counts=True)
    rows = len(before) + len(now)
    spread = (rows + 1 - float((ties.astype(np.float64) ** 3 - ties).sum()) / (rows * (rows - 1))) / 12
    if spread <= 0:  # all values are the same
        return above, 1.0
    return above, float(2 * ndtr(-abs(above - 0.5) * np.sqrt(len(before) * len(now) / spread)))


def _exceedance(before: Floats, now: Floats) -> tuple[float, float]:
    """Return the share of current values beyond the reference's range, on the side with more, and the p-value.

    Of n + m rows alike, the k largest are all among the n current ones by chance n! (n+m-k)! / ((n-k)! (n+m)!)
    (Rosenbaum 1954, "Tables for a nonparametric test of location"); both sides are looked at. Ties make it cautious.
    """
    beyond = int(max((now > before.max()).sum(), (now < before.min()).sum()))
    rows, every = len(now), len(now) + len(before)
    chance = gammaln([rows + 1, every - beyond + 1, rows - beyond + 1, every + 1]) @ [1, 1, -1, -1]
    return beyond / rows, min(1.0, 2 * float(np.exp(chance)))


def _chi_squared(counts: Floats) -> tuple[float, float]:
    """Test whether two rows of counts have the same shares; two kinds with Yates' correction."""
    freedom = counts.shape[1] - 1
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    apart = np.abs(counts - expected)
    if freedom == 1:
        apart -= np.minimum(0.5, apart)
    statistic = float((apart**2 / expected).sum())
    return statistic, float(chdtrc(freedom, statistic)) if freedom else 1.0


def _counts(kinds: NDArray[np.intp], size: int) -> Floats:
    return np.bincount(kinds, minlength=size).astype(np.float64)


def _stability_index(counts: Floats) -> float:
    """Sum (q - p) ln(q / p) over bins (Siddiqi, Credit Risk Scorecards, 2006); half a row keeps empty bins finite."""
    shares = (counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True)
    before, now = shares
    return float(np.sum((now - before) * np.log(now / before)))
