"""Every page says how likely a year costs nothing, and a typical year of $0 is a true answer."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from dishka import Provider, Scope
from fastapi import FastAPI
from nicegui.testing.user import User

from application.costs.predict_cost import PredictCost
from domain.costs.distribution import CostDistribution
from domain.costs.prediction import Estimate
from domain.people.beneficiary import Beneficiary
from domain.people.schema import Schema
from domain.ports.loader import LoadedModel
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.auth.guard import Guard
from entrypoints.dashboard.auth.visitor import Visitors
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.batch import page as batch
from entrypoints.dashboard.pages.batch.files import COOKIE
from entrypoints.dashboard.pages.batch.uploads import Uploads
from entrypoints.dashboard.pages.history import export
from entrypoints.dashboard.widgets.fact_fields import start_of
from entrypoints.dashboard.widgets.table import SortedTable
from tests.entrypoints.dashboard.simulated_user import PATIENT, enter
from tests.support.other_schema import CLINIC, RuleModel
from tests.support.simulation import person_at_pages
from tests.support.web_parts import MEMORY, container_of
from tests.support.words import words_in

WORDS = words_in("en", CLINIC)
OFTEN, NEVER = {"visits": 3}, {"visits": 30}
"""Whose year costs nothing in 58 of 100 cases, and whose never does."""


class FreeForSome(RuleModel):
    """A model by a rule: who sees a doctor seldom mostly costs nothing, who never does always costs nothing."""

    def estimate(self, who: Beneficiary) -> Estimate:
        """Estimate one."""
        visits = who["visits"]
        assert isinstance(visits, int)
        zero = 1.0 if visits == 0 else round(0.61 - 0.01 * visits, 2) if visits < 20 else 0.0
        quantiles = tuple(0.0 if k / 100 <= zero else 100.0 * k for k in range(1, 100))
        mean = sum(quantiles) / 99 + (300.0 if quantiles[-1] else 0.0)
        return Estimate(CostDistribution(mean, quantiles, zero), (), self.reference)


class Parts(Provider):
    scope = Scope.APP

    def __init__(self) -> None:
        super().__init__()
        self.provide(lambda: CLINIC, provides=Schema, override=True)
        self.provide(lambda: FreeForSome(CLINIC), provides=LoadedModel, override=True)


@pytest.fixture
async def container():
    made = container_of(MEMORY, Parts)
    yield made
    await made.close()


@pytest.fixture
def uploads(container) -> Uploads:
    return batch.uploads(injecting(container))


@pytest.fixture
async def user(container, uploads: Uploads) -> AsyncIterator[User]:
    async with person_at_pages() as someone:
        register_pages(container, DashboardOptions(), uploads=uploads)
        yield someone
        uploads.close()


@pytest.fixture
def predict(container) -> Callable[..., Awaitable[None]]:
    """`await predict(visits=3)` records an answer."""

    async def record(**facts: object) -> None:
        async with container() as scope:
            await (await scope.get(PredictCost))(person(**facts))

    return record


def person(**facts: object) -> Beneficiary:
    return Beneficiary.of(CLINIC, {**start_of(CLINIC), **facts})


async def test_people_side_by_side_show_their_chance_of_no_cost_and_a_typical_year_of_none(user: User):
    await user.open("/what-if")
    enter(user, **OFTEN, scenario__1="visits", scenario__1__visits=15, scenario__2="", curve__of="pressure")
    for text in ("58 in 100", "46 in 100", WORDS("answer.free"), WORDS("zero")):
        await user.should_see(text, retries=PATIENT)
    enter(user, **NEVER, scenario__1__visits=40)
    await user.should_not_see("58 in 100", retries=PATIENT)
    await user.should_not_see(WORDS("answer.free"))


async def test_two_typical_years_of_nothing_are_the_same_typical_year(user: User):
    await user.open("/what-if")
    enter(user, **OFTEN, scenario__1="visits", scenario__1__visits=5)
    await user.should_see("A typical year costs the same", retries=PATIENT)


async def test_somebody_who_never_costs_anything_has_an_answer_and_a_curve(user: User):
    await user.open("/what-if")
    enter(user, visits=0, scenario__1="shift", scenario__2="", scenario__3="", curve__of="pressure", pressure=100)
    await user.should_see("99 in 100", retries=PATIENT)
    await user.should_see("Systolic blood pressure 100:", retries=PATIENT)
    await user.should_see(WORDS.money(0), retries=PATIENT)


async def test_the_curve_lists_the_chance_of_no_cost_at_each_value(user: User):
    await user.open("/what-if")
    enter(user, **OFTEN, curve__of="visits")
    await user.should_see("<td>58 in 100</td>", retries=PATIENT)
    await user.should_see(f"<td>{WORDS('zero.seldom')}</td>", retries=PATIENT)


async def test_the_list_has_a_column_where_somebody_may_cost_nothing(user: User, predict):
    await predict(**NEVER)
    await user.open("/history")
    await user.should_see("Estimate 1 of 1", retries=PATIENT)
    assert WORDS("zero") not in heads(user)
    await predict(**OFTEN)
    await user.open("/history")
    await user.should_see("Estimates 1 to 2 of 2", retries=PATIENT)
    place = heads(user).index(WORDS("zero"))
    (table,) = user.find(SortedTable).elements
    assert [row["cells"][place] for row in table.props["rows"]] == ["58 in 100", WORDS("zero.seldom")]
    user.find(SortedTable).trigger("open", table.props["rows"][0]["id"])
    await user.should_see(f"<dt>{WORDS('zero')}</dt><dd>58 in 100</dd>", retries=PATIENT)


async def test_the_file_of_past_estimates_holds_the_chance_of_each(container, predict):
    await predict(**NEVER)
    await predict(**OFTEN)
    host, inject, options = FastAPI(), injecting(container), DashboardOptions()
    guard = Guard(inject, options)
    export.add_route(host, inject, guard, Visitors(inject, guard, options), CLINIC)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(host), base_url="http://test") as client:
        response = await client.get(export.EXPORT)
    assert [row["chance_zero"] for row in csv.DictReader(io.StringIO(response.text))] == ["0.58", "0.0"]


@pytest.mark.parametrize(("rows", "says"), [("3,no,c,day\n30,no,c,day\n", True), ("30,no,c,day\n", False)])
async def test_the_answers_for_a_file_have_a_column_where_somebody_may_cost_nothing(
    user: User, uploads: Uploads, rows: str, says: bool
):
    place = uploads.upload("")
    assert uploads.admit(place, "a test")
    user.http_client.cookies.set(COOKIE, place.token)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write(f"visits,insulin,ward,shift\n{rows}".encode())
    file.flush()
    await place.take("people.csv", file)
    await user.open("/batch")
    await user.should_see(WORDS("batch.start"), retries=PATIENT)
    user.find(WORDS("batch.start")).click()
    await user.should_see(WORDS("batch.csv"), retries=PATIENT)
    if says:
        await user.should_see("58 in 100", retries=PATIENT)
        await user.should_see(WORDS("zero.seldom"))
    else:
        await user.should_not_see(WORDS("zero"))


def heads(user: User) -> list[str]:
    (table,) = user.find(SortedTable).elements
    return [column["text"] for column in table.props["columns"]]
