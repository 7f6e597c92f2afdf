"""Terms and groups: products of facts for the interaction families, and parts of the people to report on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.errors import MedcostError
from domain.people.fact import Fact, Kind, Value
from domain.people.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.people.beneficiary import Beneficiary

_FACTOR: Final = re.compile(
    r"(?P<call>categories|log)\((?P<inner>\w+)\)"
    r"|(?P<square>\w+)\^2"
    r"|\[(?P<part>.+)\]"
    r"|(?P<plain>\w+)",
    re.ASCII,
)
_NAMED: Final = re.compile(r"(?:(?P<name>[a-z][a-z0-9_]*)\s*:)?\s*\[?(?P<condition>[^\[\]]+)\]?", re.ASCII)
_PART: Final = re.compile(r"(?P<fact>\w+)\s*(?P<sign>>=|>|=)\s*(?P<value>.+)", re.ASCII)
_LEARNT: Final = "?"


class Shape(StrEnum):
    """What a factor makes of a fact."""

    PLAIN = "plain"
    SQUARE = "square"
    CATEGORIES = "categories"
    LOG = "log"
    FROM = "from"
    """1 from a threshold on, 0 below it."""
    ABOVE = "above"
    """1 above a threshold, 0 at it and below."""
    IS = "is"
    """1 for one choice, 0 for the others."""


_SIGNS: Final = {">=": Shape.FROM, ">": Shape.ABOVE, "=": Shape.IS}


class InvalidTerm(MedcostError):
    """A text is no term or group. The message says what it could be."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor of a term.

    Args:
        fact: the name of the fact.
        shape: what is made of it.
        threshold: the threshold of `Shape.FROM` and `Shape.ABOVE`; None for one that is learned from the data.
        choice: the choice of `Shape.IS`; of a flag ``yes`` or ``no``.
    """

    fact: str
    shape: Shape = Shape.PLAIN
    threshold: float | None = None
    choice: str = ""

    @property
    def text(self) -> str:
        """Return the factor as it is written in a schema.

        >>> Factor("bmi", Shape.FROM, 30.0).text, Factor("age", Shape.SQUARE).text
        ('[bmi>=30]', 'age^2')
        """
        if self.shape is Shape.PLAIN:
            return self.fact
        if self.shape is Shape.SQUARE:
            return f"{self.fact}^2"
        if self.shape in (Shape.CATEGORIES, Shape.LOG):
            return f"{self.shape.value}({self.fact})"
        return f"[{self.condition}]"

    def holds_for(self, value: Value) -> bool:
        """Return whether the condition of a factor in brackets holds for a value that is given."""
        if self.shape is Shape.IS:
            return ("yes" if value else "no") == self.choice if isinstance(value, bool) else value == self.choice
        if self.threshold is None or not isinstance(value, int | float):
            return False
        return value >= self.threshold if self.shape is Shape.FROM else value > self.threshold

    @property
    def condition(self) -> str:
        """Return the condition of a factor in brackets, without the brackets."""
        if self.shape is Shape.IS:
            return f"{self.fact}={self.choice}"
        sign = ">=" if self.shape is Shape.FROM else ">"
        return f"{self.fact}{sign}{_LEARNT if self.threshold is None else exact(self.threshold)}"


Term: TypeAlias = tuple[Factor, ...]
"""A product of factors."""


def term_of(text: str, facts: Mapping[str, Fact]) -> Term:
    """Read a term such as ``smoker*[bmi>=30]``.

    Raises:
        InvalidTerm: if it is none, or names what the facts do not have.

    >>> facts = {"bmi": Fact(name="bmi", kind=Kind.NUMBER), "smoker": Fact(name="smoker", kind=Kind.FLAG)}
    >>> [factor.shape.value for factor in term_of("smoker*[bmi>=30]", facts)]
    ['plain', 'from']
    >>> term_of("smoker*height", facts)
    Traceback (most recent call last):
    domain.people.terms.InvalidTerm: there is no fact height; the facts are bmi, smoker
    """
    return tuple(_factor(part.strip(), facts) for part in text.split("*"))


def text_of(term: Term) -> str:
    """Return a term as it is written in a schema."""
    return "*".join(factor.text for factor in term)


@dataclass(frozen=True, slots=True)
class Group:
    """People who are reported on by themselves: those for whom a condition holds, or does not hold.

    Args:
        name: the name of the group in reports, such as ``smoker=yes`` or ``bmi<30``.
        condition: the factor in brackets.
        holds: whether its people are those for whom the condition holds.
    """

    name: str
    condition: Factor
    holds: bool = True

    def has(self, who: Beneficiary) -> bool:
        """Return whether a person belongs to the group; one whose fact is not given belongs to no side of it."""
        value = who[self.condition.fact]
        return value is not None and self.condition.holds_for(value) == self.holds


def groups_of(text: str, facts: Mapping[str, Fact]) -> tuple[Group, ...]:
    """Read the groups that a text declares: one for each value of a flag or a choice, or both sides of a condition.

    A condition may have a name (``obese: bmi>=30``): its sides are then called ``obese=yes`` and ``obese=no``.

    Raises:
        InvalidTerm: if it declares none.

    >>> facts = {"bmi": Fact(name="bmi", kind=Kind.NUMBER), "smoker": Fact(name="smoker", kind=Kind.FLAG)}
    >>> [group.name for text in ("smoker", "bmi>=30") for group in groups_of(text, facts)]
    ['smoker=yes', 'smoker=no', 'bmi>=30', 'bmi<30']
    """
    match = _NAMED.fullmatch(text.strip())
    name, text = (match["name"], match["condition"].strip()) if match else (None, text)
    if text in facts:
        fact = facts[text]
        if fact.kind.is_numeric:
            message = f"{text} is a number: give a group as a condition, such as {text}>=30"
            raise InvalidTerm(message)
        choices = ("yes", "no") if fact.kind is Kind.FLAG else fact.choices
        return tuple(Group(f"{text}={choice}", Factor(text, Shape.IS, choice=choice)) for choice in choices)
    condition = _condition(text, facts)
    if condition.shape is Shape.IS:
        return (Group(condition.condition, condition),)
    if condition.threshold is None:
        message = f"{text}: a group needs a number, not {_LEARNT}"
        raise InvalidTerm(message)
    if name:
        return Group(f"{name}=yes", condition), Group(f"{name}=no", condition, holds=False)
    sign = "<" if condition.shape is Shape.FROM else "<="
    other = f"{condition.fact}{sign}{exact(condition.threshold)}"
    return Group(condition.condition, condition), Group(other, condition, holds=False)


def _factor(text: str, facts: Mapping[str, Fact]) -> Factor:
    match = _FACTOR.fullmatch(text)
    if match is None:
        message = (
            f"{text!r} is no factor of a term: give a fact, fact^2, categories(fact), log(fact), "
            "[fact>=30], [fact>30], [fact>?] or [fact=choice]"
        )
        raise InvalidTerm(message)
    if match["part"]:
        return _condition(match["part"].strip(), facts)
    if match["plain"]:
        return Factor(_existing(match["plain"], facts).name)
    shape = Shape(match["call"]) if match["call"] else Shape.SQUARE
    fact = _existing(match["inner"] or match["square"], facts)
    if shape in (Shape.SQUARE, Shape.LOG) and not fact.kind.is_numeric:
        message = f"{text}: {fact.name} is no number"
        raise InvalidTerm(message)
    if shape is Shape.LOG and (fact.low is None or fact.low < 0):
        message = f"{text}: {fact.name} may be below zero, which has no logarithm; give it a limit of 0 or more"
        raise InvalidTerm(message)
    return Factor(fact.name, shape)


def _condition(text: str, facts: Mapping[str, Fact]) -> Factor:
    match = _PART.fullmatch(text)
    if match is None:
        message = f"{text!r} is no condition: give fact>=30, fact>30 or fact=choice"
        raise InvalidTerm(message)
    fact, shape, value = _existing(match["fact"], facts), _SIGNS[match["sign"]], match["value"].strip()
    if shape is Shape.IS:
        choices = ("yes", "no") if fact.kind is Kind.FLAG else fact.choices
        if value not in choices:
            message = f"{text}: {fact.name} has no choice {value}" + (
                f"; it has {', '.join(choices)}" if choices else ""
            )
            raise InvalidTerm(message)
        return Factor(fact.name, shape, choice=value)
    if not fact.kind.is_numeric:
        message = f"{text}: {fact.name} is no number; give {fact.name}=choice"
        raise InvalidTerm(message)
    if value == _LEARNT:
        return Factor(fact.name, shape)
    try:
        return Factor(fact.name, shape, float(value))
    except ValueError:
        message = f"{text}: {value} is no number"
        raise InvalidTerm(message) from None


def _existing(name: str, facts: Mapping[str, Fact]) -> Fact:
    if name not in facts:
        message = f"there is no fact {name}; the facts are {', '.join(facts)}"
        raise InvalidTerm(message)
    return facts[name]
