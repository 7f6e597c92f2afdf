"""What a comparison of plans says: which costs least on average, and which in a bad year."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.costs.own_cost import OwnCost
    from domain.costs.plan import Plan
    from entrypoints.dashboard.locale.speech import Words

PlanCost: TypeAlias = "tuple[Plan, OwnCost]"
"""A plan, and what its members pay themselves."""


def summary(pairs: Sequence[PlanCost], members: int, words: Words) -> list[str]:
    """Say which plans cost least on average, and which in a bad year; and how true a simulation is."""
    (amount, average), (most, bad) = (_least(pairs, cost, words) for cost in (whole_cost, _bad))
    if len(pairs) == 1:
        lines = [words("plans.says.one", amount=amount, most=most)]
    elif average == bad and len(average) == 1:
        lines = [words("plans.says.same", name=average[0], amount=amount, most=most)]
    else:
        lines = [
            words("plans.says.average.all", amount=amount)
            if len(average) == len(pairs)
            else words("plans.says.average", count=len(average), name=words.all_of(average), amount=amount),
            words("plans.says.bad.all", most=most)
            if len(bad) == len(pairs)
            else words("plans.says.bad", count=len(bad), name=words.all_of(bad), most=most),
        ]
    errors = [own.standard_error for _, own in pairs if own.standard_error is not None]
    if errors:
        lines.append(words("plans.says.simulated", people=members, error=words.whole(max(1.0, 2 * max(errors)))))
    return lines


def _least(pairs: Sequence[PlanCost], cost: Callable[[PlanCost], float], words: Words) -> tuple[str, list[str]]:
    """Return the least cost as it is shown, and the names of the plans for which it is shown."""
    least = words.money(min(map(cost, pairs)))
    return least, [name_of(pair, words) for pair in pairs if words.money(cost(pair)) == least]


def whole_cost(pair: PlanCost) -> float:
    """Return what an average year costs with a plan, its premium included."""
    return pair[0].premium + pair[1].expected


def _bad(pair: PlanCost) -> float:
    return pair[0].premium + pair[1].interval.high


def name_of(pair: PlanCost, words: Words) -> str:
    """Return the name of a plan, as it was typed."""
    return pair[0].name.strip() or words("plans.own")
