"""What changes when a home takes another schema, and whether what is on record keeps its meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import MedcostError
from domain.people.folding import fold
from domain.people.numbers import exact
from domain.people.schema_rules import SchemaProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.people.fact import Fact
    from domain.people.schema import Schema


class SchemaChangeRefused(MedcostError):
    """A home cannot take over a schema. ``problems`` names every change that is refused, and what to do about it."""

    def __init__(self, problems: tuple[SchemaProblem, ...]) -> None:
        changes = "; ".join(f"{problem.place}: {problem.detail}" for problem in problems)
        super().__init__(
            f"the schema differs from that of this home in what is on record: {changes}. Nothing was changed. "
            "Correct the schema, or use it in a new home: --home DIR, for make HOME_DIR=DIR"
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """The difference between two schemas.

    Args:
        taken_over: changes after which everything on record still means the same, in words.
        refused: all others, with what to do.
    """

    taken_over: tuple[str, ...]
    refused: tuple[SchemaProblem, ...]

    @classmethod
    def between(cls, old: Schema, new: Schema) -> SchemaChange:
        """Compare the schema of a home with one that is to take its place.

        Taken over are other words for people, more spellings and names of columns, wider limits, more choices, facts
        that may be missing, and what only training uses: groups, terms and roles. Each model keeps the schema that it
        learned with.
        """
        seen = tuple(_differences(old, new))
        refused = tuple(change for change in seen if isinstance(change, SchemaProblem))
        taken_over = tuple(change for change in seen if isinstance(change, str))
        if not seen and old != new:
            taken_over = ("words for people",)
        return cls(taken_over, refused)

    def require_compatible(self) -> None:
        """Return if nothing on record changes its meaning.

        Raises:
            SchemaChangeRefused: naming each change after which it would.
        """
        if self.refused:
            raise SchemaChangeRefused(self.refused)


def _differences(old: Schema, new: Schema) -> Iterator[str | SchemaProblem]:
    for key, before, after in (
        ("cost.column", old.cost.column, new.cost.column),
        ("cost.currency", old.cost.currency, new.cost.currency),
        ("cost.year", old.cost.year, new.cost.year),
    ):
        if before is not None and before != after:
            yield SchemaProblem(key, f"was {before} and is {after}: leave {before}")
    for name in old.names:
        if name not in new.by_name:
            yield SchemaProblem(f"facts.{name}", "is gone: leave it there; people on record have it")
        else:
            yield from _fact_differences(old.by_name[name], new.by_name[name])
    for fact in new.facts:
        if fact.name not in old.by_name:
            yield from _new_fact(fact)
    if [name for name in new.names if name in old.by_name] != [name for name in old.names if name in new.by_name]:
        yield "facts are in another order"
    for key, before, after in (
        ("terms", old.terms, new.terms),
        ("groups", old.groups, new.groups),
        ("roles", old.roles, new.roles),
        ("prices of today", old.cost.today, new.cost.today),
    ):
        if before != after:
            yield f"other {key}"


def _new_fact(fact: Fact) -> Iterator[str | SchemaProblem]:
    if fact.may_be_missing:
        yield f"{fact.name} is a new fact"
    else:
        detail = "is new, and people on record do not have it: say `missing: allowed`"
        yield SchemaProblem(f"facts.{fact.name}", detail)


def _fact_differences(old: Fact, new: Fact) -> Iterator[str | SchemaProblem]:
    place = f"facts.{old.name}"
    if old.kind is not new.kind:
        yield SchemaProblem(f"{place}.kind", f"was {old.kind} and is {new.kind}: leave {old.kind}")
        return
    if old.may_be_missing != new.may_be_missing:
        before, after = ("allowed", "refused") if old.may_be_missing else ("refused", "allowed")
        detail = f"was {before} and is {after}: leave {before}, or add another fact"
        yield SchemaProblem(f"{place}.missing", detail)
    if old.kind.is_numeric:
        yield from _limit_differences(place, old, new)
    yield from _choice_differences(place, old, new)
    if old.unit != new.unit:
        yield f"{old.name} has the unit {new.unit or 'none'}"
    if {old.header, *old.aliases} != {new.header, *new.aliases}:
        yield f"{old.name} has other names of columns"


def _limit_differences(place: str, old: Fact, new: Fact) -> Iterator[str | SchemaProblem]:
    (low, high), (new_low, new_high) = old.bounds, new.bounds
    for key, before, after, is_wider in (
        ("low", low, new_low, new_low < low),
        ("high", high, new_high, new_high > high),
    ):
        if is_wider:
            yield f"{old.name} has the wider limit {key}: {_limit(after)}"
        elif before != after:
            detail = f"was {_limit(before)} and is {_limit(after)}: leave {_limit(before)} or widen it"
            yield SchemaProblem(f"{place}.{key}", detail)


def _limit(bound: float) -> str:
    return "no limit" if math.isinf(bound) else exact(bound)


def _choice_differences(place: str, old: Fact, new: Fact) -> Iterator[str | SchemaProblem]:
    for choice in old.choices:
        if choice not in new.choices:
            yield SchemaProblem(f"{place}.choices", f"{choice} is gone: leave it there; people on record have it")
    if added := [choice for choice in new.choices if choice not in old.choices]:
        yield f"{old.name} has the new choices {', '.join(added)}"
    before, after = _spellings(old), _spellings(new)
    for spelling, choice in before.items():
        if choice in new.choices or not new.choices:
            meant = after.get(spelling)
            if meant != choice:
                means = "nothing" if meant is None else meant
                detail = f"{spelling} meant {choice} and means {means}: leave it with {choice}"
                yield SchemaProblem(f"{place}.spellings", detail)
    if more := [spelling for spelling in after if spelling not in before]:
        yield f"{old.name} has the new spellings {', '.join(more)}"


def _spellings(fact: Fact) -> dict[str, str]:
    """Return the choice that each folded spelling means; a choice's own name is no spelling, unless another's was."""
    return {fold(text): choice for choice, texts in fact.spellings.items() for text in texts}
