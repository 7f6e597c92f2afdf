"""The gate: the policy by which a challenger may replace the champion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from domain.errors import PromotionRefused
from domain.models.check import Check, at_most, coverages, ratios
from domain.models.scores import FifthScores, GroupScores, Scores

FEWEST_OF_GROUP: Final = 50
"""The fewest people of a group that is judged."""
_MOST: Final = 0.5
_OVERRIDE: Final = "promote with a reason (--reason), which the ledger keeps"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """The challenger's loss minus its rival's, row by row or fold by fold, in units of CRPS.

    Args:
        method: ``unseen_rows`` (both frozen, on rows the champion never saw), ``identical_folds``
            (both recipes refitted on the same folds) or ``unconditional`` (there is no champion: the rival is
            the distribution of all costs).
        rival: version number of the champion, None where there is none.
        rows: number of rows that were compared.
        outcomes: number of them that are outcomes recorded since the champion was made.
        challenger_loss: mean CRPS of the challenger.
        rival_loss: mean CRPS of its rival.
        difference: challenger minus rival; negative is better.
        standard_error: the standard error of the difference, corrected for overlapping training sets
            (Nadeau and Bengio 2003, eq. 9) where folds were used.
        degrees_of_freedom: the degrees of freedom of the t distribution of the difference.
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
    outcomes: int = 0  # comparisons of earlier releases have none

    @property
    def evidence(self) -> str:
        """Return the compared rows, in words."""
        which = "the champion never saw" if self.method == "unseen_rows" else f"({self.method.replace('_', ' ')})"
        came_in = f", {self.outcomes:,} of them outcomes that came in" if self.outcomes else ""
        return f"{self.rows:,} rows {which}{came_in}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidacy:
    """The figures that the gate judges.

    Args:
        comparison: the challenger against its rival.
        coverage: out-of-fold coverage of the published 90 % interval.
        group_coverage: the same for each group of at least 50 people.
        milliseconds: median time of predicting one row in process.
        megabytes: size of the model folder.
        strongest_fact: the fact that predicts costs best on its own.
        strongest_fact_r2: its R² out of fold: near 1 it is the cost itself under another name.
        unconditional: where the rival is a champion, the challenger against the distribution of all costs as well: on
            data in which facts and costs are unrelated it is easy to be better than a champion that uses facts.
        measured: all figures of the challenger on rows that it had not seen; None in verdicts of earlier releases.
        repeated: number of people on both sides of a split, so that the challenger was judged on people whom it had
            learned from.
    """

    comparison: PairedComparison
    coverage: float
    group_coverage: Mapping[str, float]
    milliseconds: float
    megabytes: float
    strongest_fact: str = ""  # verdicts of earlier releases have none
    strongest_fact_r2: float = 0.0
    unconditional: PairedComparison | None = None
    measured: Scores | None = None
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's verdict, which is passed only if every check passed."""

    checks: tuple[Check, ...]
    candidacy: Candidacy

    @property
    def passed(self) -> bool:
        """Return whether the challenger may become champion."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> str:
        """Return the checks that failed, in one sentence; empty if none did."""
        return "; ".join(check.detail for check in self.checks if not check.passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPolicy:
    """The requirements of the gate on a challenger.

    Coverage and predictive ratios of few people are uncertain: a value that is not allowed passes if its 95 % interval
    reaches allowed values, and the check says so. Tenths and groups of fewer than 50 people are not judged.

    Args:
        margin: the share of the champion's CRPS by which the challenger may be worse, at the upper bound of the
            difference; negative if it must be better.
        first_gain: the share by which a challenger's CRPS must beat that of the distribution of all costs, whether or
            not there is a champion, at the upper bound of the difference: 0 requires that it is surely better.
        coverage: lowest and highest coverage of the 90 % interval.
        group_coverage: the same for each group.
        fifth_coverage: the same for each fifth of the people, ordered by their expected cost. Where most ranges begin
            at zero only their upper end can miss a cost, so the highest coverage is not required.
        ratio: lowest and highest predicted over observed cost of everybody.
        part_ratio: the same for each tenth of the people, ordered by their expected cost, and for each group.
        milliseconds: longest median time of predicting one row.
        megabytes: largest model folder.
        single_fact_r2: highest share of the variance of costs that one fact may explain on its own; above it the data
            leak their target into an input, and no figure measured on them is valid.
        outcomes: whether outcomes recorded since the champion was made count among the rows that it never saw.
    """

    margin: float = 0.02
    first_gain: float = 0.0
    coverage: tuple[float, float] = (0.87, 0.98)
    group_coverage: tuple[float, float] = (0.83, 1.0)
    fifth_coverage: tuple[float, float] = (0.83, 0.98)
    ratio: tuple[float, float] = (0.95, 1.05)
    part_ratio: tuple[float, float] = (0.85, 1.15)
    milliseconds: float = 100.0
    megabytes: float = 200.0
    single_fact_r2: float = 0.9
    outcomes: bool = False

    def judge(self, candidacy: Candidacy) -> Verdict:
        """Judge a candidacy by the policy. Every figure was measured before."""
        return Verdict(tuple(self._checks(candidacy)), candidacy)

    def _checks(self, candidacy: Candidacy) -> Iterator[Check]:
        yield self._crps("crps", candidacy.comparison)
        if candidacy.unconditional:
            yield self._crps("crps against all costs", candidacy.unconditional)
        measured = candidacy.measured
        members = {group.group: group.people for group in measured.groups} if measured else {}
        yield from coverages({"coverage": (candidacy.coverage, measured.people if measured else None)}, self.coverage)
        groups = {
            f"coverage of {name}": (coverage, members.get(name)) for name, coverage in candidacy.group_coverage.items()
        }
        yield from coverages(groups, self.group_coverage)
        yield from self._fifths(measured.fifths if measured else ())
        if measured and measured.actuarial:
            name = "predicted over observed"
            deciles = measured.actuarial.deciles
            is_few = (measured.people or measured.rows) < FEWEST_OF_GROUP * len(deciles)
            if is_few:
                yield Check(
                    "few people",
                    passed=True,
                    detail=f"{measured.people or measured.rows:,} people are too few to judge predicted over observed "
                    f"by decile: {FEWEST_OF_GROUP} in each are asked for",
                    value=measured.people or measured.rows,
                    low=FEWEST_OF_GROUP * len(deciles),
                )
            parts = {} if is_few else {f"{name}, decile {number}": decile for number, decile in enumerate(deciles, 1)}
            parts |= {
                f"{name} of {group.group}": group.ratio for group in measured.groups if group.ratio and _counts(group)
            }
            yield from ratios({name: measured.actuarial.overall}, self.ratio, among=1 + len(parts))
            yield from ratios(parts, self.part_ratio, among=1 + len(parts))
        yield Check(
            "repeats",
            not candidacy.repeated,
            f"{candidacy.repeated:,} people stand on both sides of a split, allowed none: figures on people whom the "
            "model learnt from say nothing about others",
            value=candidacy.repeated,
            high=0,
        )
        yield at_most("milliseconds a row", candidacy.milliseconds, self.milliseconds)
        yield at_most("megabytes", candidacy.megabytes, self.megabytes)
        yield Check(
            "leakage",
            candidacy.strongest_fact_r2 <= self.single_fact_r2,
            f"{candidacy.strongest_fact or 'no fact'} alone explains {candidacy.strongest_fact_r2:.3f} of the variance "
            f"of costs, allowed {self.single_fact_r2:.2f}: above it an input holds the cost itself",
            value=candidacy.strongest_fact_r2,
            high=self.single_fact_r2,
        )

    def _fifths(self, fifths: tuple[FifthScores, ...]) -> Iterator[Check]:
        shares = {f"coverage, fifth {number}": (fifth.coverage, fifth.people) for number, fifth in enumerate(fifths, 1)}
        for check, fifth in zip(coverages(shares, self.fifth_coverage), fifths, strict=True):
            above = fifth.coverage > self.fifth_coverage[1] and fifth.from_zero > _MOST
            because = f"; {fifth.from_zero:.0%} of these ranges begin at zero, so they may hold more"
            yield replace(check, passed=True, high=1.0, detail=check.detail + because) if above else check

    def _crps(self, name: str, comparison: PairedComparison) -> Check:
        # the distribution of all costs must be beaten, a champion may be missed by a little
        is_first = comparison.rival is None
        # plus zero: a bound of -0 becomes 0
        allowed = (-self.first_gain if is_first else self.margin) * comparison.rival_loss + 0.0
        rival = "the distribution of all costs" if is_first else f"champion {comparison.rival}"
        bound = comparison.upper_bound
        return Check(
            name,
            bound < allowed if is_first else bound <= allowed,
            f"CRPS {comparison.challenger_loss:,.0f} against {comparison.rival_loss:,.0f} of {rival}: "
            f"at worst {bound:+,.0f}, allowed {'below' if is_first else 'up to'} {allowed:+,.0f}; "
            f"on {comparison.evidence}",
            value=comparison.upper_bound,
            high=allowed,
        )


class Objection(StrEnum):
    """Reasons why the gate refuses a version."""

    ROLLED_BACK = "rolled_back"
    NOT_JUDGED = "not_judged"
    OTHER_CHAMPION = "other_champion"
    REFUSED = "refused"


def objection(verdict: Verdict | None, *, champion: int | None, rolled_back: bool) -> Objection | None:
    """Return why a version with this verdict may not become champion now; None if it may.

    A verdict counts only against the champion of today.
    """
    if rolled_back:
        return Objection.ROLLED_BACK
    if verdict is None:
        return Objection.NOT_JUDGED
    if verdict.candidacy.comparison.rival != champion:
        return Objection.OTHER_CHAMPION
    return None if verdict.passed else Objection.REFUSED


def require(
    verdict: Verdict | None, *, version: int, champion: int | None, override: str | None, rolled_back: bool = False
) -> None:
    """Raise unless this verdict lets a version become champion now.

    A verdict counts only against the champion of today. A reason given by a named person overrides it.

    Raises:
        PromotionRefused: saying why and what to do.
    """
    against = None if override else objection(verdict, champion=champion, rolled_back=rolled_back)
    if against is None:
        return
    if against is Objection.ROLLED_BACK:
        message = f"version {version} was champion and was rolled back: {_OVERRIDE}"
    elif verdict is None:
        message = f"version {version} was never judged: run `medcost train` on its data, or {_OVERRIDE}"
    elif against is Objection.OTHER_CHAMPION:
        message = (
            f"version {version} was judged against champion {verdict.candidacy.comparison.rival}, "
            f"but the champion is {champion}: train again, or {_OVERRIDE}"
        )
    else:
        message = (
            f"the gate refuses version {version}: {verdict.reasons}. Nothing was promoted: make a better one, "
            f"or {_OVERRIDE} if you know better than these figures"
        )
    raise PromotionRefused(message)


def _counts(group: GroupScores) -> bool:
    return (group.people or group.rows) >= FEWEST_OF_GROUP
