"""Which changes of a schema a home takes over, and which it refuses."""

from dataclasses import replace

import pytest

from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Roles, Schema, TodaysPrices
from domain.people.schema_change import SchemaChange, SchemaChangeRefused

PLAN = Fact(name="plan", kind=Kind.CHOICE, choices=("bronze", "gold"), spellings={"gold": ("au", "top")})
STAY = Fact(name="stay", kind=Kind.WHOLE, low=0, high=30, unit="days")
ACTIVE = Fact(name="active", kind=Kind.FLAG)
SCHEMA = Schema(name="clinic", cost=CostColumn("paid", "EUR", 2025), facts=(PLAN, STAY, ACTIVE))


def with_facts(*facts):
    return replace(SCHEMA, facts=facts)


@pytest.mark.parametrize(
    ("new", "taken_over"),
    [
        (SCHEMA, ()),
        (replace(SCHEMA, title={"en": "A clinic"}), ("words for people",)),
        (with_facts(replace(PLAN, label={"en": "Plan"}), STAY, ACTIVE), ("words for people",)),
        (
            with_facts(replace(PLAN, spellings={"gold": ("Top", "AU", "g")}), STAY, ACTIVE),
            ("plan has the new spellings g",),
        ),
        (
            with_facts(replace(PLAN, choices=("silver", "bronze", "gold")), STAY, ACTIVE),
            ("plan has the new choices silver",),
        ),
        (
            with_facts(PLAN, replace(STAY, low=None, high=60), ACTIVE),
            ("stay has the wider limit low: no limit", "stay has the wider limit high: 60"),
        ),
        (
            with_facts(PLAN, STAY, ACTIVE, Fact(name="old", kind=Kind.FLAG, may_be_missing=True)),
            ("old is a new fact",),
        ),
        (with_facts(STAY, PLAN, ACTIVE), ("facts are in another order",)),
        (with_facts(PLAN, replace(STAY, aliases=("nights",)), ACTIVE), ("stay has other names of columns",)),
        (
            replace(SCHEMA, terms=("stay^2",), groups=("plan",), roles=Roles(person="id")),
            ("other terms", "other groups", "other roles"),
        ),
        (replace(SCHEMA, name="hospital"), ("words for people",)),
        (
            replace(SCHEMA, cost=replace(SCHEMA.cost, today=TodaysPrices(1.1, 2026, {"": "Index"}))),
            ("other prices of today",),
        ),
    ],
)
def test_a_change_after_which_everything_on_record_means_the_same_is_taken_over(new, taken_over):
    change = SchemaChange.between(SCHEMA, new)
    assert (change.taken_over, change.refused) == (taken_over, ())
    change.require_compatible()


@pytest.mark.parametrize(
    ("new", "place", "words"),
    [
        (replace(SCHEMA, cost=CostColumn("billed", "EUR", 2025)), "cost.column", "leave paid"),
        (replace(SCHEMA, cost=CostColumn("paid", "USD", 2025)), "cost.currency", "leave EUR"),
        (replace(SCHEMA, cost=CostColumn("paid", "EUR", 2026)), "cost.year", "leave 2025"),
        (with_facts(PLAN, STAY), "facts.active", "is gone"),
        (with_facts(PLAN, STAY, ACTIVE, Fact(name="old", kind=Kind.FLAG)), "facts.old", "missing: allowed"),
        (with_facts(PLAN, replace(STAY, kind=Kind.NUMBER), ACTIVE), "facts.stay.kind", "leave whole"),
        (with_facts(PLAN, replace(STAY, may_be_missing=True), ACTIVE), "facts.stay.missing", "leave refused"),
        (with_facts(PLAN, replace(STAY, low=1), ACTIVE), "facts.stay.low", "was 0 and is 1"),
        (with_facts(PLAN, replace(STAY, high=20), ACTIVE), "facts.stay.high", "was 30 and is 20"),
        (
            with_facts(replace(PLAN, choices=("bronze", "iron"), spellings={}), STAY, ACTIVE),
            "facts.plan.choices",
            "gold is gone",
        ),
        (with_facts(replace(PLAN, spellings={}), STAY, ACTIVE), "facts.plan.spellings", "au meant gold"),
        (
            with_facts(replace(PLAN, spellings={"bronze": ("au",), "gold": ("top",)}), STAY, ACTIVE),
            "facts.plan.spellings",
            "au meant gold and means bronze",
        ),
    ],
)
def test_any_other_change_is_refused_with_its_place_and_what_to_do(new, place, words):
    change = SchemaChange.between(SCHEMA, new)
    assert place in [problem.place for problem in change.refused]
    with pytest.raises(SchemaChangeRefused) as caught:
        change.require_compatible()
    message = str(caught.value)
    assert words in message
    assert "Nothing was changed" in message
    assert "--home" in message


def test_all_refused_changes_are_named_at_once():
    new = replace(SCHEMA, cost=CostColumn("paid", "USD", 2025), facts=(PLAN, replace(STAY, low=1)))
    places = [problem.place for problem in SchemaChange.between(SCHEMA, new).refused]
    assert places == ["cost.currency", "facts.stay.low", "facts.active"]
