"""May a challenger replace the champion, and why (not)?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import PromotionRefused

_OVERRIDE: Final = "promote with a reason (--reason), which the ledger keeps"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """The challenger's loss minus its rival's, row by row or fold by fold, in USD of CRPS.

    Args:
        method: ``unseen_rows`` (both frozen, on rows the champion never saw), ``identical_folds``
            (both recipes refitted on the same folds) or ``unconditional`` (there is no champion: the rival is
            the distribution of all costs).
        rival: version number of the champion, None where there is none.
        rows: how many rows were compared.
        outcomes: how many of them are outcomes that came in since the champion was made.
        challenger_loss: mean CRPS of the challenger.
        rival_loss: mean CRPS of its rival.
        difference: challenger minus rival; negative is better.
        standard_error: of the difference, corrected for overlapping training sets
            (Nadeau and Bengio 2003, eq. 9) where folds were used.
        degrees_of_freedom: of the t distribution of the difference.
        upper_bound: one-sided 95 % bound of the difference.
    """

    method: str
    rival: int | None
    rows: int
    challenger_loss: float
    rival_loss: float
    difference: float
    standard_error: float
    degrees_of_freedom: float
    upper_bound: float
    outcomes: int = 0  # comparisons of before they were asked had none

    @property
    def evidence(self) -> str:
        """What was compared, in words."""
        which = "the champion never saw" if self.method == "unseen_rows" else f"({self.method.replace('_', ' ')})"
        came_in = f", {self.outcomes:,} of them outcomes that came in" if self.outcomes else ""
        return f"{self.rows:,} rows {which}{came_in}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidacy:
    """Everything the gate looks at.

    Args:
        comparison: the challenger against its rival.
        coverage: out-of-fold coverage of the published 90 % interval.
        group_coverage: the same for each group of at least 50 rows.
        milliseconds: median time of predicting one row in process.
        megabytes: size of the model folder.
        strongest_fact: the fact that foretells costs best on its own.
        strongest_fact_r2: how well it does, out of fold: near 1 it is the cost itself under another name.
        unconditional: where the rival is a champion, the challenger against the distribution of all costs as well: on
            data that know nothing it is easy to be better than a champion that knows something.
    """

    comparison: PairedComparison
    coverage: float
    group_coverage: Mapping[str, float]
    milliseconds: float
    megabytes: float
    strongest_fact: str = ""  # verdicts of before this was asked have none
    strongest_fact_r2: float = 0.0
    unconditional: PairedComparison | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the gate with its answer and the numbers behind it."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says: passed only if every check did."""

    checks: tuple[Check, ...]
    candidacy: Candidacy

    @property
    def passed(self) -> bool:
        """Whether the challenger may become champion."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> str:
        """The checks that failed, in one sentence; empty if none did."""
        return "; ".join(check.detail for check in self.checks if not check.passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPolicy:
    """What the gate asks of a challenger.

    Args:
        margin: by what share of the champion's CRPS the challenger may be worse, at the upper bound of the difference;
            negative if it must be better.
        first_gain: by what share a challenger's CRPS must beat the unconditional distribution's, first champion or not.
        coverage: lowest and highest coverage of the 90 % interval.
        group_coverage: the same for each group.
        milliseconds: longest median time of predicting one row.
        megabytes: largest model folder.
        single_fact_r2: highest share of the variance of costs that one fact may explain on its own; above it the data
            leak their target into an input, and every figure measured on them is worth nothing.
        outcomes: whether outcomes that came in since the champion was made count among the rows that it never saw.
    """

    margin: float = 0.02
    first_gain: float = 0.05
    coverage: tuple[float, float] = (0.87, 0.98)
    group_coverage: tuple[float, float] = (0.83, 1.0)
    milliseconds: float = 100.0
    megabytes: float = 200.0
    single_fact_r2: float = 0.9
    outcomes: bool = False

    def judge(self, candidacy: Candidacy) -> Verdict:
        """Hold a candidacy against the policy. Compares only; every figure was measured elsewhere."""
        return Verdict(tuple(self._checks(candidacy)), candidacy)

    def _checks(self, candidacy: Candidacy) -> Iterator[Check]:
        yield self._crps("crps", candidacy.comparison)
        if candidacy.unconditional:
            yield self._crps("crps against all costs", candidacy.unconditional)
        yield _within("coverage", candidacy.coverage, self.coverage)
        for group, coverage in candidacy.group_coverage.items():
            yield _within(f"coverage of {group}", coverage, self.group_coverage)
        yield _at_most("milliseconds a row", candidacy.milliseconds, self.milliseconds)
        yield _at_most("megabytes", candidacy.megabytes, self.megabytes)
        yield Check(
            "leakage",
            candidacy.strongest_fact_r2 <= self.single_fact_r2,
            f"{candidacy.strongest_fact or 'no fact'} alone explains {candidacy.strongest_fact_r2:.3f} of the variance "
            f"of costs, allowed {self.single_fact_r2:.2f}: above it an input holds the cost itself",
        )

    def _crps(self, name: str, comparison: PairedComparison) -> Check:
        # the distribution of all costs must be beaten, a champion may be missed by a little
        share = -self.first_gain if comparison.rival is None else self.margin
        allowed = share * comparison.rival_loss
        rival = "the distribution of all costs" if comparison.rival is None else f"champion {comparison.rival}"
        return Check(
            name,
            comparison.upper_bound <= allowed,
            f"CRPS {comparison.challenger_loss:,.0f} USD against {comparison.rival_loss:,.0f} of {rival}: "
            f"at worst {comparison.upper_bound:+,.0f}, allowed {allowed:+,.0f}; on {comparison.evidence}",
        )


def require(
    verdict: Verdict | None, *, version: int, champion: int | None, override: str | None, rolled_back: bool = False
) -> None:
    """Raise unless this verdict lets a version become champion now.

    A verdict counts only against the champion of today. A reason given by a named person overrides it.

    Raises:
        PromotionRefused: saying why and what to do.
    """
    if override:
        return
    if rolled_back:
        message = f"version {version} was champion and was rolled back: {_OVERRIDE}"
        raise PromotionRefused(message)
    if verdict is None:
        message = f"version {version} was never judged: run `medcost train` on its data, or {_OVERRIDE}"
        raise PromotionRefused(message)
    if verdict.candidacy.comparison.rival != champion:
        message = (
            f"version {version} was judged against champion {verdict.candidacy.comparison.rival}, "
            f"but the champion is {champion}: train again, or {_OVERRIDE}"
        )
        raise PromotionRefused(message)
    if not verdict.passed:
        message = (
            f"the gate refuses version {version}: {verdict.reasons}. Nothing was promoted: make a better one, "
            f"or {_OVERRIDE} if you know better than these figures"
        )
        raise PromotionRefused(message)


def _within(name: str, value: float, bounds: tuple[float, float]) -> Check:
    low, high = bounds
    return Check(name, low <= value <= high, f"{name} {value:.3f}, allowed {low:.2f} to {high:.2f}")


def _at_most(name: str, value: float, bound: float) -> Check:
    return Check(name, value <= bound, f"{name} {value:.2f}, allowed {bound:g}")
