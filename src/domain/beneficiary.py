"""A beneficiary: the person whose year of care is priced, by six facts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from domain.errors import FieldError, InvalidBeneficiary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Sex(StrEnum):
    """Sex on record."""

    FEMALE = "female"
    MALE = "male"


class Region(StrEnum):
    """Quarter of the United States in which the beneficiary lives."""

    NORTHEAST = "northeast"
    NORTHWEST = "northwest"
    SOUTHEAST = "southeast"
    SOUTHWEST = "southwest"


@dataclass(frozen=True, slots=True)
class Limits:
    """An inclusive range of a number, with its unit."""

    low: float
    high: float
    unit: str

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


AGE: Final = Limits(18, 100, "years")
BMI: Final = Limits(10, 70, "kg/m²")
CHILDREN: Final = Limits(0, 15, "children")

OBESITY: Final = 30.0
"""BMI from which a person counts as obese, kg/m² (WHO, Technical Report Series 894, 2000)."""

FACTS: Final = ("age", "sex", "bmi", "children", "smoker", "region")
"""The six facts, in the order in which arrays carry them."""

SEXES: Final = tuple(Sex)
REGIONS: Final = tuple(Region)
_SEX_CODES: Final = {sex: float(code) for code, sex in enumerate(SEXES)}
_REGION_CODES: Final = {region: float(code) for code, region in enumerate(REGIONS)}

NUMBER_LIMITS: Final = (
    (AGE.low, AGE.high),
    (0.0, len(SEXES) - 1.0),
    (BMI.low, BMI.high),
    (CHILDREN.low, CHILDREN.high),
    (0.0, 1.0),
    (0.0, len(REGIONS) - 1.0),
)
"""The lowest and highest number of each of the `FACTS` in arrays; all but BMI are whole."""

_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary:
    """Six facts about one adult. Every broken rule is reported at once.

    Args:
        age: 18-100 years.
        sex: sex on record.
        bmi: body mass index, 10-70 kg/m².
        children: dependants covered by the plan, 0-15.
        smoker: smokes now.
        region: quarter of the United States.

    Raises:
        InvalidBeneficiary: with one `FieldError` for each broken rule.

    >>> Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST).bmi
    27.5
    >>> Beneficiary(age=7, sex=Sex.FEMALE, bmi=99, children=1, smoker=False, region=Region.NORTHEAST)
    Traceback (most recent call last):
    domain.errors.InvalidBeneficiary: age: must be from 18 to 100 years; bmi: must be from 10 to 70 kg/m²
    """

    age: int
    sex: Sex
    bmi: float
    children: int
    smoker: bool
    region: Region

    def __post_init__(self) -> None:
        errors = tuple(self._broken_rules())
        if errors:
            raise InvalidBeneficiary(errors)

    def _broken_rules(self) -> Iterator[FieldError]:
        yield from _whole_number("age", self.age, AGE)
        if type(self.sex) is not Sex:
            yield _not_a_choice("sex", tuple(Sex))
        yield from _number("bmi", self.bmi, BMI)
        yield from _whole_number("children", self.children, CHILDREN)
        if type(self.smoker) is not bool:
            yield FieldError("smoker", "type", 'must be true, false, "yes" or "no"')
        if type(self.region) is not Region:
            yield _not_a_choice("region", tuple(Region))

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Self:
        """Read the six facts as they come from outside: decoded JSON, or a row whose numbers are numbers.

        Args:
            facts: field name to value; ``sex`` and ``region`` as text, ``smoker`` as a truth value or "yes"/"no".

        Raises:
            InvalidBeneficiary: naming every missing, unknown, mistyped and out-of-range field.

        >>> Beneficiary.of({"age": "3", "sex": "female", "bmi": 20, "children": 0, "smoker": "no", "hat": 1})
        Traceback (most recent call last):
        domain.errors.InvalidBeneficiary: hat: is not a known field; region: is required; age: must be a whole number
        """
        errors = [FieldError(name, "unknown", "is not a known field") for name in facts if name not in FACTS]
        missing = [name for name in FACTS if name not in facts]
        errors += [FieldError(name, "missing", "is required") for name in missing]
        # object.__new__ would skip the invariants: a stand-in for each missing fact lets all the others be checked
        given = {**ANYBODY, **{name: facts[name] for name in FACTS if name in facts}}
        given["sex"] = _as_choice(Sex, given["sex"])
        given["region"] = _as_choice(Region, given["region"])
        smoker = given["smoker"]
        given["smoker"] = _YES_NO.get(smoker, smoker) if isinstance(smoker, str) else smoker
        try:
            beneficiary = cls(**given)  # type: ignore[arg-type]  # what is mistyped is reported by the invariants
        except InvalidBeneficiary as broken:
            raise InvalidBeneficiary([*errors, *broken.errors]) from None
        if errors:
            raise InvalidBeneficiary(errors)
        return beneficiary

    def as_numbers(self) -> tuple[float, float, float, float, float, float]:
        """Give the row that arrays carry: the six `FACTS` in order.

        Sex and region are their positions in `SEXES` and `REGIONS`; smoker is 0 or 1.

        >>> Beneficiary(
        ...     age=40, sex=Sex.MALE, bmi=27.5, children=1, smoker=True, region=Region.SOUTHWEST
        ... ).as_numbers()
        (40.0, 1.0, 27.5, 1.0, 1.0, 3.0)
        """
        return (
            float(self.age),
            _SEX_CODES[self.sex],
            float(self.bmi),
            float(self.children),
            float(self.smoker),
            _REGION_CODES[self.region],
        )

    @classmethod
    def of_numbers(cls, row: Sequence[float]) -> Self:
        """Read the row that arrays carry, the inverse of `as_numbers`.

        Raises:
            InvalidBeneficiary: naming every number that is no such fact.

        >>> Beneficiary.of_numbers((40.0, 1.0, 27.5, 1.0, 1.0, 3.0)).region
        <Region.SOUTHWEST: 'southwest'>
        >>> Beneficiary.of_numbers((40.5, 2.0, 27.5, 1.0, 1.0, 3.0))
        Traceback (most recent call last):
        domain.errors.InvalidBeneficiary: age: must be a whole number; sex: must be one of female, male
        """
        age, sex, bmi, children, smoker, region = row
        return cls.of(
            {
                "age": _whole(age),
                "sex": _at(SEXES, sex),
                "bmi": bmi,
                "children": _whole(children),
                "smoker": _at((False, True), smoker),
                "region": _at(REGIONS, region),
            }
        )

    def as_facts(self) -> dict[str, object]:
        """Give the six facts as plain values, the inverse of `of`."""
        return {
            "age": self.age,
            "sex": self.sex.value,
            "bmi": self.bmi,
            "children": self.children,
            "smoker": self.smoker,
            "region": self.region.value,
        }


ANYBODY: Final[dict[str, object]] = {
    "age": 40,
    "sex": "female",
    "bmi": 25.0,
    "children": 0,
    "smoker": False,
    "region": "northeast",
}
"""Facts that keep every rule: a stand-in for those that are missing, so that all the others can be checked."""


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def _at(choices: Sequence[object], code: float) -> object:
    """Give the choice that a code stands for; a code without one stays itself, and is no choice."""
    return choices[int(code)] if code.is_integer() and 0 <= code < len(choices) else code


def _number(name: str, value: object, limits: Limits) -> Iterator[FieldError]:
    # not isfinite: it overflows on a whole number that no float can hold
    if isinstance(value, bool) or not isinstance(value, int | float) or not -math.inf < value < math.inf:
        yield FieldError(name, "type", "must be a number")
    elif value not in limits:
        yield FieldError(name, "range", f"must be from {limits.low:g} to {limits.high:g} {limits.unit}")


def _whole_number(name: str, value: object, limits: Limits) -> Iterator[FieldError]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield FieldError(name, "type", "must be a whole number")
    else:
        yield from _number(name, value, limits)


def _as_choice(choices: type[StrEnum], value: object) -> object:
    try:
        return choices(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _not_a_choice(name: str, choices: tuple[str, ...]) -> FieldError:
    return FieldError(name, "choice", "must be one of " + ", ".join(choices))
