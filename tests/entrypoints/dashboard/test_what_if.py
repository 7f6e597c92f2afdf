from __future__ import annotations

from markupsafe import escape
from nicegui.testing.user import User

from domain.errors import PredictorUnavailable
from domain.models.ledger import Change, NewEntry
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.locale.speech import Words
from tests.entrypoints.dashboard.simulated_user import PATIENT, enter, field
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN_FACTS


async def cost(parts, **changed: object) -> float:
    (estimate,) = await parts.model.predict([Beneficiary.of(DEFAULT, {**ANN_FACTS, **changed})])
    return estimate.cost.typical


async def should_compare(user: User, parts, words: Words, **changed: object) -> None:
    other = await cost(parts, **changed)
    gap = round(other, -1) - round(await cost(parts), -1)
    await user.should_see(words.money(other), retries=PATIENT)
    key = "what_if.more" if gap > 0 else "what_if.less"
    await user.should_see(words(key, amount=words.money(abs(gap))), retries=PATIENT)


async def test_a_stranger_sees_three_people_beside_this_one_with_the_dollars_between(user: User, parts, words: Words):
    await user.open("/what-if")
    await user.should_see(words.money(await cost(parts)), retries=PATIENT)
    for change in ({"smoker": True}, {"age": 48}, {"bmi": 31.5}):
        await should_compare(user, parts, words, **change)


async def test_a_scenario_follows_what_a_person_chooses(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, scenario__1="age", scenario__1__age=61)
    await should_compare(user, parts, words, age=61)
    enter(user, scenario__2="region", scenario__2__region="southeast")
    await user.should_see(words.money(await cost(parts, region="southeast")), retries=PATIENT)


async def test_a_flag_is_compared_with_its_other_value(user: User):
    await user.open("/what-if")
    enter(user, smoker=True)
    await user.should_see("Smokes now: No", retries=PATIENT)
    enter(user, smoker=False)
    await user.should_see("Smokes now: Yes", retries=PATIENT)


async def test_nobody_need_be_chosen(user: User, words: Words):
    await user.open("/what-if")
    enter(user, scenario__3="")
    await user.should_see(words("what_if.nobody"), retries=PATIENT)


async def test_a_scenario_that_breaks_a_rule_says_which_and_the_others_go_on(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, age=95, scenario__3="bmi", scenario__3__bmi=99)
    assert field(user, "scenario-3-bmi").error == "Body mass index (BMI): enter a number from 10 to 70."
    await user.should_see(words.money(await cost(parts, age=95, smoker=True)), retries=PATIENT)


async def test_a_wrong_fact_is_named_and_the_last_numbers_stay(user: User, parts, words: Words):
    await user.open("/what-if")
    enter(user, age=None)
    await user.should_see(words("what_if.stale"), retries=PATIENT)
    assert field(user, "age").error == "Age: enter a whole number from 18 to 100."
    await user.should_see(words.money(await cost(parts, age=48)), retries=PATIENT)


async def test_the_curve_says_in_words_and_in_a_table_what_it_draws(user: User, parts, words: Words):
    await user.open("/what-if")
    for fact, own, ends in (("age", 40, (18, 100)), ("bmi", 27.5, (15, 55))):
        enter(user, curve__of=fact)
        first, typical, last = [words.money(await cost(parts, **{fact: value})) for value in (ends[0], own, ends[1])]
        seen = words(
            "curve.seen",
            label=words.named(fact),
            first=ends[0],
            at_first=first,
            own=own,
            typical=typical,
            last=ends[1],
            at_last=last,
        )
        await user.should_see(escape(seen), retries=PATIENT)
        await user.should_see(f'<th scope="row">{own}</th><td>{typical}</td>', retries=PATIENT)


async def test_a_point_is_labelled_on_the_side_with_more_room(user: User):
    await user.open("/what-if")
    await user.should_see('<span class="own" style="--left:26', retries=PATIENT)
    enter(user, age=90)
    await user.should_see('<span class="own before" style="--left:87', retries=PATIENT)


async def test_the_curve_and_the_slider_stay_within_the_data_of_the_champion(user: User, parts, words, version):
    made = version(1)
    await parts.ledger.admit(made)
    await parts.ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=made.digest, replaces=None, at=made.registered_at, by="ann",
            reason="",
        )
    )  # fmt: skip
    await user.open("/what-if")
    await user.should_see(f"At 64, {words.money(await cost(parts, age=64))}.", retries=PATIENT)
    assert (field(user, "age").props["low"], field(user, "age").props["high"]) == (18, 64)


async def test_a_model_that_is_away_is_told_kindly_and_the_page_recovers_by_itself(user: User, parts, words: Words):
    await user.open("/what-if")
    parts.model.failure = PredictorUnavailable("10.0.0.7 refused the password", retry_after=0.1)
    enter(user, age=60)
    await user.should_see(words("what_if.failed"), retries=PATIENT)
    await user.should_not_see("10.0.0.7")
    parts.model.failure = None
    await user.should_not_see(words("what_if.failed"), retries=PATIENT)
    await user.should_see("Age 60, Sex on record: Female, BMI 27.5", retries=PATIENT)
