from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from nicegui.testing.user import User

from application.models.review_origins import Origins
from domain.costs.prediction_query import PredictionQuery
from domain.errors import PredictorUnavailable, RepositoryUnavailable
from domain.models.ledger import Change, NewEntry
from domain.models.model import ModelVersion
from domain.monitoring.profile import Profile
from domain.people.beneficiary import Beneficiary
from domain.people.origin import DataOrigin
from domain.people.schema import TodaysPrices
from entrypoints.dashboard.layout.data_notice import today
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.widgets.cards import in_prices_of
from entrypoints.dashboard.widgets.summary import sentence
from tests.entrypoints.dashboard.simulated_user import PATIENT, enter, field
from tests.support.default_schema import DEFAULT
from tests.support.people import ANN, ANN_FACTS

if TYPE_CHECKING:
    from domain.errors import Unavailable


async def typical(parts, words: Words, **changed: object) -> str:
    (estimate,) = await parts.model.predict([Beneficiary.of(DEFAULT, {**ANN_FACTS, **changed})])
    return words.money(estimate.cost.typical)


def broken(what: type[Unavailable]) -> Unavailable:
    return what("10.0.0.7:5432 refused the password of medcost", retry_after=0.1)


async def test_a_stranger_sees_an_answer_at_once(user: User, parts, words: Words):
    await user.open("/")
    for text in (await typical(parts, words), words("billed"), words("range.means"), words("expected.means")):
        await user.should_see(text, retries=PATIENT)
    await user.should_see(words("what_if.this"), retries=PATIENT)
    await user.should_see(words("footer"), retries=PATIENT)


async def test_the_answer_follows_the_facts(user: User, parts, words: Words):
    await user.open("/")
    enter(user, smoker=True)
    await user.should_see(await typical(parts, words, smoker=True), retries=PATIENT)


async def test_the_last_of_many_questions_wins(user: User, parts, words: Words):
    await user.open("/")
    for age in range(19, 65):
        enter(user, age=age)
    await user.should_see(await typical(parts, words, age=64), retries=PATIENT)


async def test_every_wrong_fact_is_named_beside_its_field_and_the_last_answer_stays(user: User, parts, words: Words):
    await user.open("/")
    enter(user, age=200, bmi=None)
    await user.should_see(words("stale"), retries=PATIENT)
    assert field(user, "age").error == "Age: enter a whole number from 18 to 100."
    assert field(user, "bmi").error == "Body mass index (BMI): enter a number from 10 to 70."
    assert not field(user, "sex").error
    await user.should_see(await typical(parts, words), retries=PATIENT)


async def test_a_mended_fact_is_no_longer_marked(user: User, parts, words: Words):
    await user.open("/")
    enter(user, age=200)
    enter(user, age=50)
    await user.should_see(await typical(parts, words, age=50), retries=PATIENT)
    await user.should_not_see(words("stale"))
    assert not field(user, "age").error


async def test_a_wrong_fact_cannot_be_saved(user: User, parts, words: Words):
    await user.open("/")
    enter(user, age=200)
    user.find(words("save")).click()
    await asyncio.sleep(0.05)
    assert not await parts.predictions.page(PredictionQuery())


async def test_an_age_beyond_the_data_comes_with_a_warning(user: User, words: Words):
    await user.open("/")
    enter(user, age=90)
    await user.should_see(words("rough"), retries=PATIENT)
    await user.should_see("Age: nobody in the data has this value.", retries=PATIENT)


async def test_a_model_that_is_away_is_told_kindly_and_the_page_recovers_by_itself(user: User, parts, words: Words):
    await user.open("/")
    parts.model.failure = broken(PredictorUnavailable)
    enter(user, age=60)
    await user.should_see(words("failed"), retries=PATIENT)
    await user.should_not_see("10.0.0.7")
    parts.model.failure = None
    await user.should_see(await typical(parts, words, age=60), retries=PATIENT)
    await user.should_not_see(words("failed"))


async def test_a_person_need_not_wait_to_try_again(user: User, parts, words: Words):
    parts.model.failure = PredictorUnavailable("away", retry_after=9)
    await user.open("/")
    await user.should_see(words("failed.first"), retries=PATIENT)
    parts.model.failure = None
    user.find(words("retry")).click()
    await user.should_see(await typical(parts, words), retries=PATIENT)


async def test_a_saved_estimate_is_found_among_the_past_ones(user: User, parts, words: Words):
    await user.open("/")
    await user.should_not_see(words("saved.list"))
    user.find(words("save")).click()
    await user.should_see(words("saved"), retries=PATIENT)
    await user.should_see(words("saved.list"))
    (recorded,) = await parts.predictions.page(PredictionQuery())
    assert recorded.beneficiary.as_facts() == ANN_FACTS
    await user.open("/history")
    await user.should_see("Estimate 1 of 1", retries=PATIENT)


async def test_nothing_of_models_or_past_estimates_is_in_sight(
    user: User, parts, words: Words, version: Callable[..., ModelVersion]
):
    await promoted(parts, version(3))
    await user.open("/")
    user.find(words("save")).click()
    await user.should_see(words("saved"), retries=PATIENT)
    for hidden in ("random forest", "abcdef012345", "Version 3", "Age 40, Sex on record"):
        await user.should_not_see(hidden)


async def test_the_same_estimate_is_kept_once_however_often_save_is_pressed(user: User, parts, words: Words):
    await user.open("/")
    for _ in range(3):
        user.find(words("save")).click()
        await user.should_see(words("saved"), retries=PATIENT)
    assert len(await parts.predictions.page(PredictionQuery())) == 1


async def test_another_estimate_is_kept_as_well(user: User, parts, words: Words):
    await user.open("/")
    user.find(words("save")).click()
    await user.should_see(words("saved"), retries=PATIENT)
    enter(user, age=33)
    await user.should_not_see(words("saved"), retries=PATIENT)
    user.find(words("save")).click()
    await user.should_see(words("saved"), retries=PATIENT)
    assert [recorded.beneficiary["age"] for recorded in await parts.predictions.page(PredictionQuery())] == [33, 40]


async def test_a_database_that_is_away_is_told_and_the_estimate_still_works(user: User, parts, words: Words):
    parts.predictions.failure = parts.ledger.failure = broken(RepositoryUnavailable)
    await user.open("/")
    await user.should_see(await typical(parts, words), retries=PATIENT)
    user.find(words("save")).click()
    await user.should_see(words("unsaved"), retries=PATIENT)
    parts.predictions.failure = None
    user.find(words("save")).click()
    await user.should_see(words("saved"), retries=PATIENT)
    assert len(await parts.predictions.page(PredictionQuery())) == 1


async def test_what_was_not_saved_is_told_although_the_estimate_comes_later(user: User, parts, words: Words):
    await user.open("/")
    parts.predictions.failure = broken(RepositoryUnavailable)
    enter(user, age=61)
    user.find(words("save")).click()
    await user.should_see(await typical(parts, words, age=61), retries=PATIENT)
    await user.should_see(words("unsaved"))
    enter(user, age=62)
    await user.should_not_see(words("unsaved"), retries=PATIENT)


@pytest.mark.parametrize("path", ["/", "/what-if", "/batch", "/history", "/models", "/operations"])
async def test_every_page_with_numbers_says_above_them_that_their_people_are_invented(
    user: User, words: Words, path: str
):
    await user.open(path)
    await user.should_see(words("synthetic.none"), retries=PATIENT)
    assert user.client
    shown = list(user.client.layout.descendants())
    notices = [
        i for i, element in enumerate(shown) if words("synthetic.none") in str(element.props.get("innerHTML", ""))
    ]
    assert notices[0] < min(i for i, element in enumerate(shown) if element.tag == "section")


async def promoted(parts, version: ModelVersion) -> None:
    await parts.ledger.admit(version)
    await parts.ledger.append(
        NewEntry(
            change=Change.PROMOTION,
            version=version.number,
            digest=version.digest,
            replaces=None,
            at=datetime(2026, 11, 23, tzinfo=UTC),
            by="a test",
            reason="",
        )
    )


async def test_a_model_that_learned_from_invented_people_says_so(
    user: User, parts, words: Words, version: Callable[..., ModelVersion]
):
    await promoted(parts, version(synthetic=True))
    await user.open("/")
    await user.should_see(words("model.synthetic"), retries=PATIENT)


async def test_the_form_starts_with_an_ordinary_person_of_the_champions_data(
    user: User, parts, words: Words, version: Callable[..., ModelVersion]
):
    made, people = version(), [(57, 1, 33.5, 2, 1, 3), (60, 1, 30.0, 0, 0, 1), (48, 0, 35.0, 3, 1, 3)]
    profile = Profile.of(DEFAULT, zip(*people, strict=True))
    await promoted(parts, replace(made, card=replace(made.card, profile=profile)))
    usual = {"age": 57, "sex": "male", "bmi": 33.5, "children": 2, "smoker": "yes", "region": "southwest"}
    for path in ("/", "/what-if"):
        await user.open(path)
        assert {name: field(user, name).value for name in usual} == usual
    await user.should_see(await typical(parts, words, **usual), retries=PATIENT)


async def test_the_answer_is_a_sentence_before_it_is_a_number(user: User, parts, words: Words):
    (estimate,) = await parts.model.predict([ANN])
    await user.open("/")
    await user.should_see(sentence(estimate.cost, words), retries=PATIENT)


@pytest.mark.parametrize(
    ("year", "synthetic", "sentence", "axis"),
    [
        ("2024", False, "Prices of 2024.", "prices of 2024"),
        ("", False, "The data do not say which year these prices are from.", "year of the prices not known"),
        ("", True, "The prices are invented", "invented prices"),
    ],
)
async def test_the_figure_is_called_the_total_bill_in_prices_of_a_year(
    user: User,
    parts,
    words: Words,
    version: Callable[..., ModelVersion],
    year: str,
    *,
    synthetic: bool,
    sentence: str,
    axis,
):
    made = version(3)
    origin = DataOrigin("claims.csv", "1,000 people", synthetic=synthetic, year=year)
    await promoted(parts, replace(made, card=replace(made.card, origin=origin)))
    for path in ("/", "/what-if"):
        await user.open(path)
        for shown in (words("billed"), sentence, axis):
            await user.should_see(shown, retries=PATIENT)


@pytest.mark.parametrize(("year", "shown"), [("2020", True), ("2019", False), ("", False)])
async def test_the_figure_is_also_given_in_prices_of_today_where_the_schema_knows_them(
    words: Words, year: str, *, shown: bool
):
    cost = replace(words.schema.cost, year=2020, today=TodaysPrices(1.25, 2026, {"en": "Health index", "es": "Índice"}))
    spoken = Words("en", replace(words.schema, cost=cost))
    origins = Origins(DataOrigin("claims.csv", "1,000 people", synthetic=False, year=year), frozenset())
    factor = today(origins, spoken)
    assert bool(factor) is shown
    assert today(replace(origins, champion=None), spoken) is None
    if factor:
        sentence = in_prices_of(factor, 8000, spoken)
        assert "In prices of 2026 it is about $10,000 (times 1.25; Health index)." in sentence
