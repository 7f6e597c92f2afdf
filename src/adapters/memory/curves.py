"""The curves of an actuary's report where everybody gets the same answer, in plain Python."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from adapters.memory.scoring import ratio_of, scores
from domain.models.actuarial_report import (
    AuditGroup,
    ChancePortion,
    CurvePoint,
    Curves,
    DoubleLift,
    LiftPortion,
    Portion,
)
from domain.models.audit_values import OTHERS, group_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.costs.distribution import CostDistribution

_TENTHS: Final = 10
_TWENTIETHS: Final = 20


def curves(
    cost: CostDistribution,
    charges: Sequence[float],
    audits: Mapping[str, Sequence[str]],
    rival: tuple[str, CostDistribution] | None = None,
) -> Curves:
    """Measure what an actuary's report draws.

    Args:
        cost: the answer for everybody.
        charges: the yearly cost of each person.
        audits: the labels of each person in the audit columns.
        rival: name of another model, and its answer for everybody.
    """
    people = round(len(charges) / _TENTHS)
    mean, without = sum(charges) / len(charges), sum(usd == 0 for usd in charges) / len(charges)
    alike = Portion(people=people, predicted=cost.expected, observed=mean)
    chances = ChancePortion(people=people, predicted=cost.zero, observed=without)
    lift = None
    if rival:
        name, other = rival
        portion = LiftPortion(people=people, predicted=cost.expected, rival=other.expected, observed=mean)
        lift = DoubleLift(rival=name, portions=(portion,) * _TENTHS)
    return Curves(
        deciles=(alike,) * _TENTHS,
        lorenz=tuple(_lorenz(charges)),
        chances=(chances,) * _TENTHS if cost.zero or without else (),
        audits=tuple(_audits(cost, charges, audits)),
        double_lift=lift,
    )


def _lorenz(charges: Sequence[float]) -> Iterator[CurvePoint]:
    rising, total = sorted(charges), sum(charges) or 1.0
    for number in range(_TWENTIETHS + 1):
        share = number / _TWENTIETHS
        whole, part = divmod(share * len(rising), 1)
        upto = sum(rising[: int(whole)]) + (part * rising[int(whole)] if part else 0.0)
        yield CurvePoint(people=share, by_predicted=share, by_observed=upto / total)


def _audits(
    cost: CostDistribution, charges: Sequence[float], audits: Mapping[str, Sequence[str]]
) -> Iterator[AuditGroup]:
    for column, texts in audits.items():
        groups = group_names(Counter(texts))
        for value in sorted(set(groups.values()), key=lambda name: (name == OTHERS, name)):
            theirs = [usd for usd, text in zip(charges, texts, strict=True) if groups[text] == value]
            yield AuditGroup(
                column=column,
                value=value,
                people=len(theirs),
                ratio=ratio_of((1.0, cost.expected, usd) for usd in theirs),
                net_compensation=cost.expected - sum(theirs) / len(theirs),
                coverage=scores([cost] * len(theirs), theirs).interval.coverage,
            )
