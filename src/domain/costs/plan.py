"""An insurance plan: its rules, and what it leaves to people of a cost."""

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
"""Plans that are compared at once."""
MOST_MEMBERS: Final = 10
"""People of one household."""
LONGEST_NAME: Final = 80
_FAMILY: Final = 2.0
"""A family's limit where none is given, in limits of one person: as 45 CFR 156.130(a)(2) has it for the maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of medical insurance. Every broken rule is reported at once.

    Of a year's cost a person pays all up to the deductible and a share of the rest, and once a year the copay, until
    the maximum is reached: min(x, maximum, copay + min(x, deductible) + coinsurance * max(x - deductible, 0)).

    Args:
        deductible: money that a person pays before the plan pays.
        coinsurance: the share of costs above the deductible that a person pays, 0 to 1.
        out_of_pocket_maximum: money a year beyond which a person pays nothing; never below the deductible.
        copay: what visits and prescriptions cost beside that in a year with any care, all together. It counts towards
            the maximum and not towards the deductible.
        premium: money a year that is paid whatever happens, for all members.
        family_deductible: money beyond which no member pays towards a deductible; None for twice that of a person.
        family_maximum: money a year beyond which a household pays nothing; None for twice that of a person.
        name: for people.

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
    """The least cost of which a person pays the maximum; infinite if there is none."""

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
        """Return the rules between fields that are broken, of fields that are right by themselves."""
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
        if not isinstance(self.name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # it comes from outside
            errors.append(FieldError("name", "type", "must be a text"))
        elif len(self.name) > LONGEST_NAME:
            errors.append(FieldError("name", "range", f"must have at most {LONGEST_NAME} characters"))
        return errors

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """Read a plan as it comes from outside: decoded JSON or YAML.

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
        """Return what all members together pay at most."""
        return _FAMILY * self.out_of_pocket_maximum if self.family_maximum is None else self.family_maximum

    def own_cost(self, cost: float) -> float:
        """Return what a person pays of a year's cost, in money; it never falls with the cost."""
        return min(cost, self.threshold) + self.coinsurance * max(0.0, min(cost, self.reached) - self.threshold)

    def shared_cost(self, costs: Sequence[float]) -> float:
        """Return what a household pays of its members' costs in a year.

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
"""The fields of a plan."""
REQUIRED: Final = ("deductible", "coinsurance", "out_of_pocket_maximum")
_OPTIONAL: Final = ("family_deductible", "family_maximum")
_AMOUNTS: Final = ("deductible", "out_of_pocket_maximum", "copay", "premium", *_OPTIONAL)


@dataclass(frozen=True, slots=True)
class ExamplePlan:
    """A plan that people start to compare with.

    Args:
        key: its name for programs.
        title: its name for people, by language.
        plan: what it leaves to them.
    """

    key: str
    title: Words
    plan: Plan


@dataclass(frozen=True, slots=True)
class ExamplePlans:
    """The examples of an installation, in the order in which they are offered."""

    plans: tuple[ExamplePlan, ...]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -math.inf < value < math.inf


def _wrong_amount(name: str, value: object) -> FieldError | None:
    if value is None and name in _OPTIONAL:
        return None
    if not _is_number(value):
        return FieldError(name, "type", "must be a number")
    if not 0 <= value <= MOST_CHARGES:  # type: ignore[operator]  # a number by now
        return FieldError(name, "range", f"must be from 0 to {MOST_CHARGES:,.0f}")
    return None
