"""The subject of a model: its facts and its money, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from domain.people.fact import in_language

if TYPE_CHECKING:
    from domain.people.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The predicted cost and the facts of a model, for its card.

    Args:
        title: a sentence on the cost, in English where the schema has it.
        facts: name to label, in the schema's order.
        units: the units of the facts that have any.
        currency: the currency of every amount.
        schema: digest of the schema.
        order: names of the facts in the schema's order, which objects of JSON lose in a database; empty on cards of
            earlier releases.
    """

    # imports stand outside of TYPE_CHECKING where adapters decode these classes from JSON
    title: str
    facts: Mapping[str, str]
    units: Mapping[str, str]
    currency: str
    schema: str
    order: tuple[str, ...] = ()

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """Describe a schema."""
        return cls(
            title=in_language(schema.title, "en", schema.name),
            facts={fact.name: in_language(fact.label, "en", fact.name) for fact in schema.facts},
            units={fact.name: fact.unit for fact in schema.facts if fact.unit},
            currency=schema.cost.currency,
            schema=schema.digest,
            order=schema.names,
        )
