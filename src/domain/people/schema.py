"""The schema: which facts are asked about a person, and which yearly cost is predicted from them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from domain.errors import MedcostError
from domain.people.fact import Fact, Words
from domain.people.folding import fold
from domain.people.schema_rules import ROLES, SchemaProblem, problems_of
from domain.people.terms import Group, Term, groups_of, term_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class InvalidSchema(MedcostError):
    """A schema breaks rules. ``problems`` names every broken one."""

    def __init__(self, problems: Sequence[SchemaProblem]) -> None:
        super().__init__("; ".join(f"{problem.place}: {problem.detail}" for problem in problems))
        self.problems = tuple(problems)


@final
@dataclass(frozen=True, slots=True)
class TodaysPrices:
    """What turns amounts in prices of the costs' year into prices that people pay now. It is shown, never predicted.

    Args:
        factor: by which amounts are multiplied.
        year: the year of the prices that this gives.
        source: where the factor comes from, for people.
    """

    factor: float
    year: int
    source: Words


@dataclass(frozen=True, slots=True)
class CostColumn:
    """The cost that is predicted.

    Args:
        column: the column in files.
        currency: the ISO 4217 code of its money.
        year: the year of its prices; None where that is not documented.
        today: what turns these prices into today's; None where nobody has said.
    """

    column: str
    currency: str = "USD"
    year: int | None = None
    today: TodaysPrices | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns of training files that are no facts.

    Args:
        person: rows with the same text are one person's.
        weight: how many people a row stands for.
        exposure: the share of a year that a row covers.
        period: the year that a row is about.
        audit: read for reports and never given to a model.
    """

    person: str | None = None
    weight: str | None = None
    exposure: str | None = None
    period: str | None = None
    audit: tuple[str, ...] = ()

    @property
    def columns(self) -> Mapping[str, str]:
        """Return the column of each role that is declared; of an audit column, under ``audit`` and its name."""
        given = {role: column for role in ROLES if (column := getattr(self, role))}
        return given | {f"audit {column}": column for column in self.audit}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The facts, the cost and the roles of one kind of table.

    Args:
        name: the name of the schema.
        title: a sentence for people.
        cost: the cost that is predicted.
        facts: in the order in which arrays and pages carry them.
        terms: the terms of the interaction families, as texts, see `term_of`.
        groups: that are reported on, as texts, see `groups_of`.
        roles: columns of training files that are no facts.

    Raises:
        InvalidSchema: naming every broken rule.
    """

    name: str
    cost: CostColumn
    facts: tuple[Fact, ...]
    title: Words = field(default_factory=dict[str, str])
    terms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    roles: Roles = field(default_factory=Roles)
    by_name: Mapping[str, Fact] = field(init=False, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {fact.name: fact for fact in self.facts})
        object.__setattr__(self, "names", tuple(fact.name for fact in self.facts))
        problems = tuple(problems_of(self))
        if problems:
            raise InvalidSchema(problems)
        object.__setattr__(self, "digest", hashlib.sha256(self._meaning()).hexdigest())

    @property
    def width(self) -> int:
        """Return the number of facts: the numbers in a row of an array."""
        return len(self.facts)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the facts and of the cost: the columns of claims, in their order."""
        return (*self.names, self.cost.column)

    @property
    def filters(self) -> tuple[Fact, ...]:
        """Return the facts by which recorded predictions can be filtered: choices and flags."""
        return tuple(fact for fact in self.facts if not fact.kind.is_numeric)

    @property
    def numeric(self) -> tuple[Fact, ...]:
        """Return the facts that are numbers on a scale."""
        return tuple(fact for fact in self.facts if fact.kind.is_numeric)

    @property
    def product_terms(self) -> tuple[Term, ...]:
        """Return the terms, read."""
        return tuple(term_of(text, self.by_name) for text in self.terms)

    @property
    def reported_groups(self) -> tuple[Group, ...]:
        """Return the groups, read, in their order."""
        return tuple(group for text in self.groups for group in groups_of(text, self.by_name))

    def place(self, name: str) -> int:
        """Return the position of a fact in arrays."""
        return self.names.index(name)

    def _meaning(self) -> bytes:
        """Return what changes an answer or the meaning of a value, as canonical JSON; words for people do not."""
        facts = [
            {
                "name": fact.name,
                "kind": fact.kind.value,
                "low": None if fact.low is None else float(fact.low),
                "high": None if fact.high is None else float(fact.high),
                "choices": fact.choices,
                "may_be_missing": fact.may_be_missing,
                "spellings": {name: sorted(map(fold, texts)) for name, texts in sorted(fact.spellings.items())},
            }
            for fact in self.facts
        ]
        roles = {role: getattr(self.roles, role) for role in ROLES} | {"audit": self.roles.audit}
        meaning = {
            "cost": [self.cost.column, self.cost.currency],
            "facts": facts,
            "terms": self.terms,
            "roles": roles,
        }
        return json.dumps(meaning, sort_keys=True).encode()
