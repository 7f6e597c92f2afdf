"""Which facts change the cost most: the page names them, and offers the curve of each that jumps."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from dishka import Provider, Scope
from nicegui import Client
from nicegui.testing.user import User
from nicegui.testing.user_simulation import user_simulation

from domain.people.beneficiary import Beneficiary
from domain.ports.loader import LoadedModel
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.locale.speech import Words
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.what_if.effects import effects, everybody, variants
from tests.entrypoints.dashboard.simulated_user import PATIENT, field
from tests.support.default_schema import DEFAULT
from tests.support.other_schema import FORTY, RuleModel
from tests.support.people import ANN_FACTS


class JumpingModel(RuleModel):
    """A hundred for each year of age, and 9,000 at once for smokers with a BMI of 30 or more."""

    def _added(self, who: Beneficiary) -> list[float]:
        age, _, bmi, _, smoker, _ = who.as_numbers()
        return [100.0 * age, 0.0, 9000.0 * (smoker and bmi >= 30), 0.0, 500.0 * smoker, 0.0]


async def seen_by(model: RuleModel, who: Beneficiary):
    question = variants(who, {})
    return effects(question, await model.predict(everybody(question)))


async def test_facts_come_in_the_order_of_their_effects_and_a_jump_has_its_two_sides():
    smoker = Beneficiary.of(DEFAULT, {**ANN_FACTS, "smoker": True, "bmi": 27.5})
    seen = await seen_by(JumpingModel(DEFAULT), smoker)
    assert [effect.size for effect in seen] == sorted((effect.size for effect in seen), reverse=True)
    by_name = {effect.fact.name: effect for effect in seen}
    assert {effect.fact.name for effect in seen[:3]} == {"age", "bmi", "smoker"}
    assert [effect.size for effect in seen[3:]] == [0.0] * 3
    assert by_name["age"].jump is None
    jump = by_name["bmi"].jump
    assert jump is not None
    (low, before), (high, after) = jump
    assert (low, high) == (29.0, 30.0)
    assert after - before == pytest.approx(9000, rel=0.05)
    assert by_name["smoker"].highest[0] is True


async def test_who_does_not_smoke_meets_no_jump():
    nonsmoker = Beneficiary.of(DEFAULT, {**ANN_FACTS, "smoker": False})
    assert all(effect.jump is None for effect in await seen_by(JumpingModel(DEFAULT), nonsmoker))


def test_many_facts_are_looked_at_as_far_as_there_is_room():
    who = Beneficiary.of(FORTY, dict.fromkeys(FORTY.names) | {
        fact.name: (fact.choices[0] if fact.choices else fact.kind.name == "FLAG" or 1)
        for fact in FORTY.facts if not fact.may_be_missing
    })  # fmt: skip
    question = variants(who, {})
    assert 10 < len(question) <= 40
    assert len(everybody(question)) <= 1_000


@pytest.fixture
async def user() -> AsyncIterator[User]:
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: JumpingModel(DEFAULT), provides=LoadedModel, override=True)
    container = web_container(load({"profile": "memory"}, environment={}), provider)
    async with user_simulation() as someone:
        register_pages(container, DashboardOptions())
        yield someone
        Client.page_routes.clear()  # see the fixture `user` of the folder
    await container.close()


async def test_the_page_says_where_nothing_jumps(user: User, words: Words):
    await user.open("/what-if")
    await user.should_see(words("effects.smooth"), retries=PATIENT)


async def test_facts_are_looked_at_although_a_mistake_was_typed_meanwhile(user: User, words: Words):
    await user.open("/what-if")
    age = field(user, "age")
    before = age.value
    with user:
        age.value = ""  # before the facts are looked at, which waits until nothing is typed
        age.value = before
    await user.should_see(words("effects.smooth"), retries=PATIENT)


async def test_the_page_names_the_fact_that_jumps_and_shows_its_curve_when_asked(user: User, words: Words):
    await user.open("/what-if")
    with user:
        field(user, "smoker").value = True
    show = words("effects.show", fact="BMI")
    await user.should_see(show, retries=PATIENT)
    await user.should_not_see(words("effects.show", fact="Age"))
    assert field(user, "curve-of").value == "age"
    user.find(show).click()
    await user.should_see("Between BMI 29 and 30 the typical year jumps", retries=PATIENT)
    assert field(user, "curve-of").value == "bmi"
