from __future__ import annotations

import re

from nicegui.testing.user import User

from domain.beneficiary import Beneficiary
from domain.errors import PredictorUnavailable
from entrypoints.dashboard.kit.fields import Field
from entrypoints.dashboard.words.speech import Words

FACTS = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
PATIENT = 100  # tries, a tenth of a second each


async def cost(parts, **changed: object) -> float:
    (estimate,) = await parts.model.predict([Beneficiary.of({**FACTS, **changed})])
    return estimate.cost.typical


def field(user: User, name: str) -> Field:
    (found,) = (one for one in user.find(Field).elements if one.name == name)
    return found


def enter(user: User, **values: object) -> None:
    with user:
        for name, value in values.items():
            field(user, name.replace("_", "-")).value = value


async def should_compare(user: User, parts, words: Words, **changed: object) -> None:
    other = await cost(parts, **changed)
    gap = other - await cost(parts)
    await user.should_see(words.usd(other), retries=PATIENT)
    key = "what_if.more" if gap > 0 else "what_if.less"
    await user.should_see(words(key, usd=words.usd(abs(round(gap, -1)))), retries=PATIENT)


async def test_a_stranger_sees_three_people_beside_this_one_with_the_dollars_between(user: User, parts, words: Words):
    await user.open("/what-if")
    await user.should_see(words.usd(await cost(parts)), retries=PATIENT)
    for change in ({"smoker": True}, {"age": 50}, {"bmi": 22.0}):
        await should_compare(user, parts, words, **change)


async def test_a_scenario_follows_what_a_person_chooses(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, scenario_1="age", scenario_1_age=61)
    await should_compare(user, parts, words, age=61)
    enter(user, scenario_2="southeast")
    await user.should_see(words.usd(await cost(parts, region="southeast")), retries=PATIENT)


async def test_what_differs_is_said_of_this_person(user: User, words: Words):
    await user.open("/what-if")
    enter(user, smoker=True)
    assert ["smoking", words("what_if.nonsmoker")] in field(user, "scenario-1").props["options"]
    enter(user, smoker=False)
    assert ["smoking", words("what_if.smoker")] in field(user, "scenario-1").props["options"]


async def test_nobody_need_be_chosen(user: User, words: Words):
    await user.open("/what-if")
    enter(user, scenario_3="none")
    await user.should_see(words("what_if.nobody"), retries=PATIENT)


async def test_a_scenario_that_breaks_a_rule_says_which_and_the_others_go_on(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, age=95, scenario_3="bmi", scenario_3_bmi=99)
    assert field(user, "scenario-2").error == words("age.range")
    assert field(user, "scenario-3-bmi").error == words("bmi.range")
    await user.should_see(words.usd(await cost(parts, age=95, smoker=True)), retries=PATIENT)


async def test_a_wrong_fact_is_named_and_the_last_numbers_stay(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, age=None)
    await user.should_see(words("what_if.stale"), retries=PATIENT)
    assert field(user, "age").error == words("age.type")
    await user.should_see(words.usd(await cost(parts, age=50)), retries=PATIENT)


async def test_the_curve_says_in_words_and_in_a_table_what_it_draws(user: User, parts, words: Words):
    await user.open("/what-if")
    for fact, own, ends in (("age", 40, (18, 64)), ("bmi", 27.5, (15, 55))):
        enter(user, curve_of=fact)
        first, typical, last = [words.usd(await cost(parts, **{fact: value})) for value in (ends[0], own, ends[1])]
        seen = words(
            f"curve.{fact}.seen",
            first=ends[0],
            at_first=first,
            own=own,
            typical=typical,
            last=ends[1],
            at_last=last,
        )
        await user.should_see(re.sub("'", "&#x27;", seen), retries=PATIENT)
        await user.should_see(f'<th scope="row">{own}</th><td>{typical}</td>', retries=PATIENT)


async def test_a_model_that_is_away_is_told_kindly_and_the_page_recovers_by_itself(user: User, parts, words: Words):
    await user.open("/what-if")
    parts.model.failure = PredictorUnavailable("10.0.0.7 refused the password")
    enter(user, age=60)
    await user.should_see(words("what_if.failed"), retries=PATIENT)
    await user.should_not_see("10.0.0.7")
    parts.model.failure = None
    await user.should_not_see(words("what_if.failed"), retries=PATIENT)
    await user.should_see("60, female, BMI 27.5", retries=PATIENT)
