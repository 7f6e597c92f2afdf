"""What a person would pay under plans, on its page."""

from __future__ import annotations

import pytest
from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing.user import User
from nicegui.testing.user_interaction import UserInteraction

from domain.costs.distribution import CostDistribution
from domain.costs.own_cost import OwnCost, own_cost
from domain.costs.plan import Plan
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from entrypoints.composition.plans import example_plans
from entrypoints.composition.settings import load
from entrypoints.dashboard.charts.hundred import hundred
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.pages.plans import household
from entrypoints.dashboard.pages.plans.summary import summary
from entrypoints.dashboard.widgets.fields import StoredText
from tests.entrypoints.dashboard.simulated_user import PATIENT, enter, field
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN_FACTS

EXAMPLES = example_plans(load({"profile": "memory"})).plans
COST = CostDistribution(mean=9_000.0, quantiles=tuple(float(k * k) for k in range(1, 100)))


async def total(parts, plan: Plan, **changed: object) -> float:
    """What an average year of Ann costs with a plan, its premium included."""
    (estimate,) = await parts.model.predict([Beneficiary.of(DEFAULT, {**ANN_FACTS, **changed})])
    return plan.premium + own_cost(plan, estimate.cost).expected


async def test_a_stranger_sees_the_examples_with_what_a_year_costs(user: User, parts, words: Words):
    await user.open("/plans")
    for example in EXAMPLES:
        await user.should_see(example.title["en"])
        await user.should_see(words.money(await total(parts, example.plan)), retries=PATIENT)


async def test_figures_follow_the_person(user: User, parts, words: Words):
    await user.open("/plans")
    enter(user, smoker="yes")
    for example in EXAMPLES:
        await user.should_see(words.money(await total(parts, example.plan, smoker=True)), retries=PATIENT)


async def test_a_plan_of_ones_own_is_typed_in(user: User, parts, words: Words):
    await user.open("/plans")
    enter(user, plan__1__name="Mine", plan__1__deductible=100, plan__1__premium=1234)
    plan = Plan(deductible=100, coinsurance=0.4, out_of_pocket_maximum=9400, premium=1234)
    await user.should_see(words.money(await total(parts, plan)), retries=PATIENT)
    await user.should_see(words("plans.says.same", name="Mine", amount="", most="").split(":")[0], retries=PATIENT)
    await user.should_see(words("plans.remove", name="Mine"))


async def test_a_fourth_plan_is_added_and_taken_away(user: User, parts, words: Words):
    await user.open("/plans")
    own = Plan(deductible=3000, coinsurance=0.2, out_of_pocket_maximum=8000, premium=6000)
    user.find(words("plans.add")).click()
    await user.should_see(words.money(await total(parts, own)), retries=PATIENT)
    await user.should_not_see(words("plans.add"))
    user.find(words("plans.remove", name=words("plans.own"))).click()
    await user.should_see(words("plans.add"), retries=PATIENT)


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("plan__1__deductible", None, "plans.wrong.amount"),
        ("plan__1__premium", -5, "plans.wrong.amount"),
        ("plan__1__coinsurance", 140, "plans.wrong.share"),
        ("plan__1__out_of_pocket_maximum", 10, "plans.wrong.maximum"),
    ],
)
async def test_a_wrong_answer_is_named_and_the_last_numbers_stay(user: User, parts, words: Words, name, value, key):
    await user.open("/plans")
    enter(user, **{name: value})
    await user.should_see(words("what_if.stale"), retries=PATIENT)
    assert field(user, name.replace("__", "-")).error == words(key)
    await user.should_see(words.money(await total(parts, EXAMPLES[0].plan)))


async def test_a_wrong_fact_is_named_too(user: User, words: Words):
    await user.open("/plans")
    enter(user, age=None)
    await user.should_see(words("what_if.stale"), retries=PATIENT)
    assert field(user, "age").error


async def test_a_household_is_put_together_and_taken_apart(user: User, words: Words):
    await user.open("/plans")
    user.find(words("plans.join")).click()
    await user.should_see(words("plans.joined", count=2), retries=PATIENT)
    start = words("plans.says.simulated", people=2, error="").split(".")[0]
    await user.should_see(start, retries=PATIENT)
    (leave,) = (element for element in user.find(kind=TextElement).elements if element.text == words("plans.leave"))
    UserInteraction(user, {leave}, None).click()
    await user.should_see(words("plans.joined", count=1), retries=PATIENT)
    await user.should_not_see(start, retries=PATIENT)


async def test_limits_of_a_family_are_typed_in(user: User, words: Words):
    await user.open("/plans")
    user.find(words("plans.join")).click()
    await user.should_see(words("plans.joined", count=2), retries=PATIENT)
    worst = words.money(EXAMPLES[0].plan.premium + 10_000)
    await user.should_not_see(worst)
    enter(user, plan__1__family_maximum=10_000)
    await user.should_see(worst, retries=PATIENT)
    enter(user, plan__1__family_maximum=5)
    await user.should_see(words("what_if.stale"), retries=PATIENT)
    assert field(user, "plan-1-family_maximum").error == words("plans.wrong.family")
    enter(user, plan__1__family_maximum="much")
    assert field(user, "plan-1-family_maximum").error == words("plans.wrong.amount")


async def test_a_budget_says_how_many_years_cost_more_with_each_plan(user: User, words: Words):
    await user.open("/plans")
    first = EXAMPLES[0].plan
    enter(user, affordable=f"{first.premium - 1:g}")
    await user.should_see(words("plans.budget.all", amount=words.money(first.premium - 1)), retries=PATIENT)
    most = first.premium + first.out_of_pocket_maximum
    enter(user, affordable=f"{most:g}")
    await user.should_see(words("plans.budget.none", amount=words.money(most)), retries=PATIENT)
    enter(user, affordable="much")
    assert field(user, "affordable").error == words("above.help")


async def test_a_household_and_its_plans_come_back_from_the_browser(user: User, words: Words):
    await user.open("/plans")
    user.find(words("plans.join")).click()
    user.find(words("plans.add")).click()
    await user.should_see(words("plans.joined", count=2), retries=PATIENT)
    (stored,) = user.find(StoredText).elements
    text = stored.value
    await user.open("/plans")
    await user.should_see(words("plans.add"))
    (stored,) = user.find(StoredText).elements
    with user:
        stored.value = text
    await user.should_not_see(words("plans.add"), retries=PATIENT)
    await user.should_see(words.person(Beneficiary.of(DEFAULT, ANN_FACTS)), retries=PATIENT)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"members": [{"age": 200}], "offered": [true]}', '{"members": [], "offered": [false]}']
)
def test_what_a_browser_keeps_is_not_trusted(text: str):
    assert household.read(text, DEFAULT, 1) is None
    assert household.read(household.written([], [True]), DEFAULT, 1) == ([], [True])


async def test_numbers_that_cannot_be_had_are_tried_again(user: User, parts, words: Words):
    await user.open("/plans")
    parts.model.failure = PredictorUnavailable("away", retry_after=0.01)
    enter(user, age=50)
    await user.should_see(words("what_if.failed"), retries=PATIENT)
    parts.model.failure = None
    await user.should_see(words.money(await total(parts, EXAMPLES[0].plan, age=50)), retries=PATIENT)
    await user.should_not_see(words("what_if.failed"))


def pair(name: str, premium: float, deductible: float) -> tuple[Plan, OwnCost]:
    plan = Plan(name=name, deductible=deductible, coinsurance=0, out_of_pocket_maximum=deductible, premium=premium)
    return plan, own_cost(plan, COST)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sentences_name_the_plans_that_cost_least(language):
    words = Words(language, DEFAULT)
    early, late = pair("Early", 3_000, 0), pair("Late", 1_000, 4_000)
    assert summary([early], 1, words)[0] == words("plans.says.one", amount="$3,000", most="$3,000")
    both = summary([early, late], 1, words)
    assert both == [words("plans.says.same", name="Early", amount="$3,000", most="$3,000")]
    cheap = pair("Cheap", 100, 4_000)
    lines = summary([early, cheap], 1, words)
    assert lines[0].startswith("Cheap")
    assert lines[1].startswith("Early")


@pytest.mark.parametrize("language", ["en", "es"])
def test_plans_whose_costs_are_shown_alike_are_named_together(language):
    words = Words(language, DEFAULT)
    early, equal, dear = pair("Early", 3_000, 0), pair("Equal", 3_001, 0), pair("Dear", 9_000, 0)
    both = words.all_of(["Early", "Equal"])
    assert summary([early, equal, dear], 1, words) == [
        words("plans.says.average", count=2, name=both, amount="$3,000"),
        words("plans.says.bad", count=2, name=both, most="$3,000"),
    ]
    assert summary([early, equal], 1, words) == [
        words("plans.says.average.all", amount="$3,000"),
        words("plans.says.bad.all", most="$3,000"),
    ]
    capped, free = pair("Capped", 1_000, 4_000), pair("Free", 5_000, 0)
    lines = summary([capped, free, dear], 1, words)
    assert lines[0] == words(
        "plans.says.average", count=1, name="Capped", amount=words.money(1_000 + capped[1].expected)
    )
    assert lines[1] == words("plans.says.bad", count=2, name=words.all_of(["Capped", "Free"]), most="$5,000")


def test_as_many_of_a_hundred_people_are_marked_as_the_chance_says():
    drawn = hundred(0.074, "7 of 100")
    assert drawn.count("<i") == 100
    assert drawn.count('class="some"') == 7
    assert 'aria-label="7 of 100"' in drawn
    assert hundred(0.0, "none").count('class="some"') == 0
