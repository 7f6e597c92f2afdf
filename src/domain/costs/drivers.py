"""The facts by which the expected costs of a group differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.costs.chance import rounded_chance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.people.beneficiary import Beneficiary
    from domain.people.fact import Fact, Value

_CLASSES: Final = 5
"""Number of classes of about equal size into which numbers are put."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A fact that explains differences in expected cost, and the people for whom it matters most.

    Args:
        fact: the name of the fact.
        explains: the share of the variance of expected costs that lies between people who differ in it, 0 to 1 (the
            correlation ratio).
        values: the value of the fact for those people: a choice or a truth value; the lowest and the highest number.
        people: the number of those people.
        share: the share of those people in the group's expected cost.
    """

    fact: str
    explains: float
    values: tuple[Value, ...]
    people: int
    share: float


def drivers(people: Sequence[Beneficiary], means: Sequence[float]) -> tuple[Driver, ...]:
    """Return the facts by which expected costs differ, those that explain most first.

    Numbers are put into five classes of about equal size, people without a value into one of their own. Facts that go
    together explain the same differences: shares do not add up. A fact of which all have the same value is left out.

    >>> from domain.people.beneficiary import Beneficiary
    >>> from tests.support.default_schema import DEFAULT
    >>> ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, True, "northeast"))
    >>> drivers([ann, ann.changed(smoker=False)], [9000.0, 3000.0])
    (Driver(fact='smoker', explains=1.0, values=(True,), people=1, share=0.75),)
    """
    total = math.fsum(means)
    if not total:
        return ()
    average = total / len(means)
    spread = math.fsum((mean - average) ** 2 for mean in means)
    parts = [
        driver
        for place, fact in enumerate(people[0].schema.facts)
        if (driver := _driver(fact, [who.values[place] for who in people], means, spread))
    ]
    return tuple(sorted(parts, key=lambda driver: -driver.explains))


def _driver(fact: Fact, values: Sequence[Value], means: Sequence[float], spread: float) -> Driver | None:
    classes: dict[Value, list[int]] = {}
    for i, label in enumerate(_classes(fact, values)):
        classes.setdefault(label, []).append(i)
    if len(classes) == 1:
        return None
    total = math.fsum(means)
    average = total / len(means)
    sums = {label: math.fsum(means[i] for i in members) for label, members in classes.items()}
    between = math.fsum(
        (sums[label] / len(members) - average) ** 2 * len(members) for label, members in classes.items()
    )
    top = max(classes, key=lambda label: sums[label] - average * len(classes[label]))
    there = [values[i] for i in classes[top]]
    numbers = sorted({value for value in there if isinstance(value, int | float)}) if fact.kind.is_numeric else []
    return Driver(
        fact=fact.name,
        explains=rounded_chance(min(1.0, between / spread)) if spread else 0.0,
        values=(numbers[0], numbers[-1]) if numbers else (there[0],),
        people=len(there),
        share=rounded_chance(sums[top] / total),
    )


def _classes(fact: Fact, values: Sequence[Value]) -> Iterator[Value]:
    """Yield the class of each value: a choice itself, a number's class, None where there is no value."""
    if not fact.kind.is_numeric:
        yield from values
        return
    numbers = sorted(float(value) for value in values if value is not None)
    bounds = sorted({numbers[len(numbers) * part // _CLASSES] for part in range(1, _CLASSES)}) if numbers else []
    if numbers and bounds and bounds[0] == numbers[0]:
        bounds = bounds[1:]
    for value in values:
        yield None if value is None else sum(float(value) >= bound for bound in bounds)
