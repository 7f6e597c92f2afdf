"""An insurance plan: its rules, and the part of a cost that people pay themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, Self

from domain.costs.distribution import MOST_CHARGES
from domain.errors import FieldError, InvalidPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.people.fact import Words

MOST_PLANS: Final = 4
"""The most plans in one comparison."""
MOST_MEMBERS: Final = 10
"""The most people of one household."""
LONGEST_NAME: Final = 80
_FAMILY: Final = 2.0
"""The default limit of a family, as a multiple of a person's: 45 CFR 156.130(a)(2) sets it for the maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of medical insurance. Every broken rule is reported at once.

    A person pays all of a year's cost x up to the deductible, a share of the rest, and once a year the copay, until the
    maximum is reached: min(x, maximum, copay + min(x, deductible) + coinsurance * max(x - deductible, 0)).

    Args:
        deductible: the amount that a person pays before the plan pays anything.
        coinsurance: the share of costs above the deductible that a person pays, 0 to 1.
        out_of_pocket_maximum: the most that a person pays in a year; never below the deductible.
        copay: the fixed amount for all visits and prescriptions of a year with any care. It counts towards the maximum
            and not towards the deductible.
        premium: the yearly premium of all members, which is paid in any case.
        family_deductible: the most that all members together pay towards deductibles; None for twice that of a person.
        family_maximum: the most that a household pays in a year; None for twice that of a person.
        name: the name that people see.

    Raises:
        InvalidPlan: with one `FieldError` for each broken rule.

    >>> silver = Plan(deductible=3000, coinsurance=0.2, out_of_pocket_maximum=8000, premium=4800)
    >>> silver.own_cost(500), silver.own_cost(10_000), silver.own_cost(90_000)
    (500.0, 4400.0, 8000.0)
    >>> Plan(deductible=-1, coinsurance=20, out_of_pocket_maximum=100)
    Traceback (most recent call last):
    domain.errors.InvalidPlan: deductible: must be from 0 to 1,000,000,000; coinsurance: must be a share from 0 to 1
    """

    deductible: float
    coinsurance: float
    out_of_pocket_maximum: float
    copay: float = 0.0
    premium: float = 0.0
    family_deductible: float | None = None
    family_maximum: float | None = None
    name: str = ""
    threshold: float = field(init=False, repr=False, compare=False)
    """The cost up to which a person pays all of it."""
    reached: float = field(init=False, repr=False, compare=False)
    """The least cost at which a person pays the maximum; infinite if there is none."""

    def __post_init__(self) -> None:
        errors = [wrong for name in _AMOUNTS if (wrong := _wrong_amount(name, getattr(self, name)))]
        if not _is_number(self.coinsurance):
            errors.append(FieldError("coinsurance", "type", "must be a number"))
        elif not 0 <= self.coinsurance <= 1:
            errors.append(FieldError("coinsurance", "range", "must be a share from 0 to 1"))
        errors += self._crossed({wrong.field for wrong in errors})
        if errors:
            raise InvalidPlan(sorted(errors, key=lambda wrong: NAMES.index(wrong.field)))
        for name in ("coinsurance", *_AMOUNTS):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, float(value))
        paid = 1 - self.coinsurance
        most = self.out_of_pocket_maximum
        threshold = min(most, self.deductible + self.copay / paid) if paid else most
        further = (most - threshold) / self.coinsurance if self.coinsurance else math.inf
        object.__setattr__(self, "threshold", threshold)
        object.__setattr__(self, "reached", threshold if most <= threshold else threshold + further)

    def _crossed(self, broken: set[str]) -> list[FieldError]:
        """Return the broken rules between two fields that are each valid."""
        pairs = (
            ("out_of_pocket_maximum", "deductible"),
            ("family_deductible", "deductible"),
            ("family_maximum", "out_of_pocket_maximum"),
            ("family_maximum", "family_deductible"),
        )
        errors: list[FieldError] = []
        for high, low in pairs:
            most, least = getattr(self, high), getattr(self, low)
            if broken.isdisjoint((high, low)) and None not in (most, least) and most < least:
                errors.append(FieldError(high, "range", f"must not be below the {low} of {least:,.0f}"))
        if not isinstance(self.name, str):  # it comes from outside
            errors.append(FieldError("name", "type", "must be a text"))
        elif len(self.name) > LONGEST_NAME:
            errors.append(FieldError("name", "range", f"must have at most {LONGEST_NAME} characters"))
        return errors

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """Read a plan from decoded JSON or YAML.

        Raises:
            InvalidPlan: naming every missing, unknown, mistyped and out-of-range field.

        >>> Plan.of({"deductible": "3000", "coinsurence": 0.2})
        Traceback (most recent call last):
        domain.errors.InvalidPlan: coinsurence: is not a known field; coinsurance: is required; \
out_of_pocket_maximum: is required; deductible: must be a number
        """
        errors = [FieldError(name, "unknown", "is not a known field") for name in given if name not in NAMES]
        errors += [FieldError(name, "missing", "is required") for name in REQUIRED if name not in given]
        fit: dict[str, object] = dict.fromkeys(REQUIRED, 0.0) | {
            name: value for name, value in given.items() if name in NAMES
        }
        try:
            plan = cls(**fit)  # type: ignore[arg-type]  # each is checked there
        except InvalidPlan as broken:
            absent = {wrong.field for wrong in errors}
            raise InvalidPlan([*errors, *(wrong for wrong in broken.errors if wrong.field not in absent)]) from None
        if errors:
            raise InvalidPlan(errors)
        return plan

    @property
    def household_deductible(self) -> float:
        """Return the deductible of all members together."""
        if self.family_deductible is None:
            return min(_FAMILY * self.deductible, self.household_maximum)
        return self.family_deductible

    @property
    def household_maximum(self) -> float:
        """Return the most that all members together pay."""
        return _FAMILY * self.out_of_pocket_maximum if self.family_maximum is None else self.family_maximum

    def own_cost(self, cost: float) -> float:
        """Return the part of a year's cost that a person pays; it never falls as the cost rises."""
        return min(cost, self.threshold) + self.coinsurance * max(0.0, min(cost, self.reached) - self.threshold)

    def shared_cost(self, costs: Sequence[float]) -> float:
        """Return the part of its members' yearly costs that a household pays.

        Each member pays towards a deductible of their own until the family's is met. Where the members' deductibles
        add up to more than the family's, each pays the same share of theirs: the order of bills in a year is not known.

        >>> plan = Plan(deductible=3000, coinsurance=0.2, out_of_pocket_maximum=8000)
        >>> plan.shared_cost([10_000]), plan.shared_cost([10_000, 3000]), plan.shared_cost([10_000, 3000, 3000])
        (4400.0, 7400.0, 8000.0)
        """
        if len(costs) == 1:
            return self.own_cost(costs[0])
        towards = [min(cost, self.deductible) for cost in costs]
        total = math.fsum(towards)
        share = min(1.0, self.household_deductible / total) if total else 1.0
        return min(
            self.household_maximum,
            math.fsum(self._member(cost, share * part) for cost, part in zip(costs, towards, strict=True)),
        )

    def most_of(self, members: int) -> float:
        """Return the most that a household of so many members can pay in a year."""
        if members == 1:
            return self.out_of_pocket_maximum
        return min(self.household_maximum, members * self.out_of_pocket_maximum)

    def _member(self, cost: float, deductible: float) -> float:
        paid = self.copay + deductible + self.coinsurance * (cost - deductible)
        return min(cost, self.out_of_pocket_maximum, paid)


NAMES: Final = tuple(each.name for each in fields(Plan) if each.init)
"""The names of a plan's fields."""
REQUIRED: Final = ("deductible", "coinsurance", "out_of_pocket_maximum")
FAMILY_FIELDS: Final = ("family_deductible", "family_maximum")
"""Fields that are money, or twice that of one person."""
_AMOUNTS: Final = ("deductible", "out_of_pocket_maximum", "copay", "premium", *FAMILY_FIELDS)


@dataclass(frozen=True, slots=True)
class ExamplePlan:
    """A plan that is offered as an example.

    Args:
        key: the name that programs use.
        title: the name that people see, by language.
        plan: the rules.
    """

    key: str
    title: Words
    plan: Plan


@dataclass(frozen=True, slots=True)
class ExamplePlans:
    """The example plans of an installation, in the order in which they are offered."""

    plans: tuple[ExamplePlan, ...]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf


def _wrong_amount(name: str, value: object) -> FieldError | None:
    if value is None and name in FAMILY_FIELDS:
        return None
    if not _is_number(value):
        return FieldError(name, "type", "must be a number")
    if not 0 <= value <= MOST_CHARGES:  # type: ignore[operator]  # a number by now
        return FieldError(name, "range", f"must be from 0 to {MOST_CHARGES:,.0f}")
    return None
