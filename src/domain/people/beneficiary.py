"""A beneficiary: the person whose year of care is priced, by the facts of a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from domain.errors import FieldError, InvalidBeneficiary
from domain.people.fact import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """The facts about one person. Every broken rule is reported at once.

    Args:
        schema: which facts there are, and the rules that they keep.
        values: one for each fact of the schema, in its order; None for one that is not given.

    Raises:
        InvalidBeneficiary: with one `FieldError` for each broken rule.

    >>> from tests.support.default_schema import DEFAULT
    >>> Beneficiary(DEFAULT, (40, "X", 27.5, 1, "no", "NorthEast"))
    Traceback (most recent call last):
    domain.errors.InvalidBeneficiary: sex: must be one of female, male
    >>> ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, "no", "NorthEast"))
    >>> ann["smoker"], ann["region"]
    (False, 'northeast')
    """

    schema: Schema = field(hash=False, repr=False)
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        read = [fact.read(value) for fact, value in zip(self.schema.facts, self.values, strict=True)]
        errors = [value for value in read if isinstance(value, FieldError)]
        if errors:
            raise InvalidBeneficiary(errors)
        object.__setattr__(self, "values", tuple(read))

    def __getitem__(self, name: str) -> Value:
        return self.values[self.schema.place(name)]

    @classmethod
    def of(cls, schema: Schema, facts: Mapping[str, object]) -> Self:
        """Read facts as they come from outside: decoded JSON, or a row whose numbers are numbers.

        Args:
            schema: which facts there are.
            facts: name to value; choices and flags as any of their spellings.

        Raises:
            InvalidBeneficiary: naming every missing, unknown, mistyped and out-of-range fact.

        >>> from tests.support.default_schema import DEFAULT
        >>> Beneficiary.of(DEFAULT, {"age": "3", "sex": "female", "bmi": 20, "children": 0, "smoker": "no", "hat": 1})
        Traceback (most recent call last):
        domain.errors.InvalidBeneficiary: hat: is not a known field; region: is required; age: must be a whole number
        """
        errors = [FieldError(name, "unknown", "is not a known field") for name in facts if name not in schema.by_name]
        absent = [fact for fact in schema.facts if fact.name not in facts]
        errors += [FieldError(fact.name, "missing", "is required") for fact in absent if not fact.may_be_missing]
        if not errors:
            return cls(schema, tuple(facts.get(name) for name in schema.names))  # type: ignore[arg-type]  # checked there
        given = [fact.read(facts[fact.name]) for fact in schema.facts if fact.name in facts]
        raise InvalidBeneficiary([*errors, *(value for value in given if isinstance(value, FieldError))])

    @classmethod
    def of_numbers(cls, schema: Schema, row: Sequence[float]) -> Self:
        """Read the row that arrays carry, the inverse of `as_numbers`.

        Raises:
            InvalidBeneficiary: naming every number that is no such fact.

        >>> from tests.support.default_schema import DEFAULT
        >>> Beneficiary.of_numbers(DEFAULT, (40.0, 1.0, 27.5, 1.0, 1.0, 3.0))["region"]
        'southwest'
        >>> Beneficiary.of_numbers(DEFAULT, (40.5, 2.0, 27.5, 1.0, 1.0, 3.0))
        Traceback (most recent call last):
        domain.errors.InvalidBeneficiary: age: must be a whole number; sex: must be one of female, male
        """
        values = tuple(fact.value(number) for fact, number in zip(schema.facts, row, strict=True))
        return cls(schema, values)  # type: ignore[arg-type]  # checked there

    def as_numbers(self) -> tuple[float, ...]:
        """Return the row that arrays carry: one number for each fact of the schema, in its order.

        A choice is its position among the choices, a flag 0 or 1, and what is not given NaN.

        >>> from tests.support.default_schema import DEFAULT
        >>> Beneficiary(DEFAULT, (40, "male", 27.5, 1, True, "southwest")).as_numbers()
        (40.0, 1.0, 27.5, 1.0, 1.0, 3.0)
        """
        return tuple([fact.number(value) for fact, value in zip(self.schema.facts, self.values, strict=True)])

    def changed(self, /, **facts: object) -> Self:
        """Return the person with other values of some facts.

        Raises:
            InvalidBeneficiary: naming each value that breaks a rule.
        """
        return self.of(self.schema, {**self.as_facts(), **facts})

    def as_facts(self) -> dict[str, Value]:
        """Return the facts as plain values, the inverse of `of`."""
        return dict(zip(self.schema.names, self.values, strict=True))
