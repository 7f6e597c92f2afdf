"""The pages with a schema that is not the default one: in process, with a model by a rule."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from dishka import Provider, Scope
from nicegui.testing.user import User

from application.costs.predict_cost import PredictCost
from domain.costs.prediction_query import PredictionQuery
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from entrypoints.dashboard.app import register_pages
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.batch import page as batch
from entrypoints.dashboard.pages.batch.files import COOKIE
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fact_fields import start_of
from entrypoints.dashboard.widgets.fields import ChoiceField, Field, NumberField, SelectField
from entrypoints.dashboard.widgets.table import SortedTable, fact_looks
from tests.entrypoints.dashboard.simulated_user import PATIENT, enter, field
from tests.support.other_schema import CLINIC, FORTY, RuleModel
from tests.support.simulation import person_at_pages
from tests.support.words import words_in

ENGLISH, SPANISH = words_in("en", CLINIC), words_in("es", CLINIC)
Opened = Callable[..., Awaitable[User]]


class OtherSchema(Provider):
    scope = Scope.APP

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.provide(lambda: schema, provides=Schema, override=True)
        self.provide(lambda: RuleModel(schema), provides=LoadedModel, override=True)


@pytest.fixture(params=[CLINIC])
def schema(request: pytest.FixtureRequest) -> Schema:
    return request.param


@pytest.fixture
async def container(schema: Schema):
    made = web_container(load({"profile": "memory"}, environment={}), OtherSchema(schema))
    yield made
    await made.close()


@pytest.fixture
async def opened(container) -> AsyncIterator[Opened]:
    """`await opened("/what-if", "es")` opens a page in a language."""
    async with person_at_pages() as someone:
        register_pages(container, DashboardOptions(operations_every=0.05))

        async def open_(path: str, language: str = "en") -> User:
            someone.http_client.cookies.set("language", language)
            await someone.open(path)
            return someone

        yield open_


def cost(**facts: object) -> float:
    who = Beneficiary.of(CLINIC, {**start_of(CLINIC), **facts})
    return RuleModel(CLINIC).estimate(who).cost.typical


async def test_the_form_asks_for_each_fact_in_its_section_by_a_field_of_its_kind(opened: Opened):
    user = await opened("/")
    kinds = {name: type(field(user, name)) for name in CLINIC.names}
    assert kinds == {
        "visits": NumberField, "insulin": ChoiceField, "pressure": NumberField,
        "ward": SelectField, "shift": ChoiceField, "referred": ChoiceField,
    }  # fmt: skip
    for text in ("Care", "Place", ENGLISH.money(cost())):
        await user.should_see(text, retries=PATIENT)
    assert field(user, "pressure").props["unknown"] == "I don't know"
    assert ["", "I don't know"] in field(user, "referred").props["options"]
    assert ["c", "Lungs"] in field(user, "ward").props["options"]


async def test_the_answer_is_in_the_currency_and_words_of_the_schema(opened: Opened):
    user = await opened("/", "es")
    enter(user, visits=12, insulin="yes", ward="d", pressure=120.5)
    amount = SPANISH.money(cost(visits=12, insulin=True, ward="d", pressure=120.5))
    assert amount.startswith("EUR")
    await user.should_see(amount, retries=PATIENT)
    assert field(user, "ward").props["label"] == "Sala"
    for text in (
        "Visitas del año pasado",
        "Viene de parte de un médico (sin dato)",
        "en euros",
        "EUR\N{NO-BREAK SPACE}1.25 como máximo",
    ):
        await user.should_see(text, retries=PATIENT)


async def test_what_is_wrong_is_said_of_any_fact(opened: Opened):
    user = await opened("/")
    enter(user, visits=99, pressure="high")
    assert field(user, "visits").error == "Visits last year: enter a whole number from 0 to 60."
    assert field(user, "pressure").error == (
        "Systolic blood pressure: enter a number from 70 to 250. If nobody knows it, choose “I don't know”."
    )
    enter(user, visits=50, pressure=None)
    await user.should_see("Visits last year: nobody in the data has this value.", retries=PATIENT)
    assert not field(user, "pressure").error


async def test_a_saved_estimate_keeps_what_is_not_given_and_is_listed(opened: Opened, container):
    user = await opened("/")
    enter(user, visits=7)
    await user.should_see(ENGLISH.money(cost(visits=7)), retries=PATIENT)
    user.find(ENGLISH("save")).click()
    await user.should_see(ENGLISH("saved"), retries=PATIENT)
    (recorded,) = await (await container.get(PredictionRepository)).page(PredictionQuery())
    assert recorded.beneficiary["pressure"] is None
    user = await opened("/history?ward=a&insulin=no&by=visits&order=rising")
    await user.should_see("Estimate 1 of 1", retries=PATIENT)
    (table,) = user.find(SortedTable).elements
    assert [column["text"] for column in table.props["columns"]][1:7] == [ENGLISH.label(fact) for fact in CLINIC.facts]
    assert table.props["rows"][0]["cells"][1:7] == ["7", "No", "not given", "Surgery", "Day", "not given"]
    user = await opened("/history?ward=b")
    await user.should_see(ENGLISH("history.none"), retries=PATIENT)
    response = await user.http_client.get("/history")
    assert response.status_code == 200


async def test_any_fact_can_differ_and_the_cost_is_drawn_along_any_number(opened: Opened):
    user = await opened("/what-if")
    enter(user, scenario__1="ward", scenario__2="pressure", scenario__3="insulin")
    enter(user, scenario__1__ward="g")
    await user.should_see(ENGLISH.money(cost(ward="g")), retries=PATIENT)
    await user.should_see("Takes insulin: Yes", retries=PATIENT)
    enter(user, scenario__2__pressure=999)
    assert field(user, "scenario-2-pressure").error.startswith("Systolic blood pressure: enter a number from 70")
    enter(user, curve__of="pressure")
    await user.should_see("Systolic blood pressure, mmHg", retries=PATIENT)
    await user.should_see(ENGLISH("curve.none"), retries=PATIENT)
    enter(user, pressure=101.5)
    await user.should_see("Systolic blood pressure 101.5:", retries=PATIENT)


@pytest.mark.parametrize("schema", [FORTY], indirect=True)
async def test_forty_facts_are_asked_in_sections_of_which_the_first_is_open(opened: Opened):
    user = await opened("/")
    assert len({element.name for element in user.find(Field).elements} & set(FORTY.names)) == 40
    await user.should_see("Blood pressure, 38", retries=PATIENT)
    assert user.client
    sections = [
        element
        for element in user.client.elements.values()
        if element.tag == "details" and "section" in element.classes
    ]
    assert ["open" in section.props for section in sections] == [True, False, False, False]


@pytest.mark.parametrize("schema", [FORTY], indirect=True)
async def test_forty_facts_are_listed_and_ordered_by_any_number(opened: Opened, container):
    async with container() as scope:
        predict = await scope.get(PredictCost)
        for days in (3, 9, 5):
            await predict(Beneficiary.of(FORTY, {**start_of(FORTY), "fact_35": days}))
    user = await opened("/history")
    await user.should_see("Estimates 1 to 3 of 3", retries=PATIENT)
    (table,) = user.find(SortedTable).elements
    assert sum("below" in column["classes"] for column in table.props["columns"]) == 34
    enter(user, by="fact_35")
    for _ in range(PATIENT):
        if [row["cells"][36] for row in table.props["rows"]] == ["9", "5", "3"]:
            break
        await asyncio.sleep(0.1)
    assert [row["cells"][36] for row in table.props["rows"]] == ["9", "5", "3"]


@pytest.mark.parametrize("path", ["/batch", "/models", "/operations", "/history"])
async def test_each_other_page_opens(opened: Opened, path: str):
    user = await opened(path, "es")
    await user.should_see(SPANISH(f"{path[1:]}.title"), retries=PATIENT)


async def test_a_file_leaves_empty_what_nobody_knows(opened: Opened):
    user = await opened("/batch")
    await user.should_see(f"Enter a number from 70 to 250 (mmHg). {ENGLISH('batch.columns.empty')}", retries=PATIENT)
    await user.should_see(f"no, yes. {ENGLISH('batch.columns.empty')}", retries=PATIENT)
    await user.should_not_see(ENGLISH("fact.or_unknown"))


async def test_a_file_is_read_by_the_columns_of_the_schema(container):
    uploads = batch.uploads(injecting(container))
    async with person_at_pages() as someone:
        register_pages(container, DashboardOptions(), uploads=uploads)
        place = uploads.upload("")
        assert uploads.admit(place, "a test")
        someone.http_client.cookies.set(COOKIE, place.token)
        file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
        file.write(b"visits,insulin,ward,shift\n7,yes,c,night\n8,perhaps,x,day\n")
        file.flush()
        await place.take("people.csv", file)
        await someone.open("/batch")
        for shown in ("Lungs", "Night", "not given", "cannot be used: perhaps"):
            await someone.should_see(shown, retries=PATIENT)
        someone.find(ENGLISH("batch.start")).click()
        await someone.should_see(ENGLISH.money(cost(visits=7, insulin=True, ward="c", shift="night")), retries=PATIENT)
        await someone.should_see("Write one of these: no, yes.", retries=PATIENT)
        uploads.close()


def test_a_number_with_a_long_name_and_a_column_of_words_give_way_on_narrow_screens():
    visits = Fact(name="visits", kind=Kind.WHOLE, label={"": "Outpatient visits during the last calendar year"})
    facts = (visits, Fact(name="stay", kind=Kind.WHOLE), Fact(name="diabetic", kind=Kind.FLAG))
    words = words_in("en", Schema(name="clinic", cost=CostColumn("spent"), facts=facts))
    assert fact_looks(words) == ["number-cell wide", "number-cell", "whole-words wide"]


def test_an_amount_that_begins_with_letters_is_set_smaller_than_one_with_a_sign():
    estimate = RuleModel(CLINIC).estimate(Beneficiary.of(CLINIC, start_of(CLINIC, {})))
    assert "answer-number long" in cards.typical_year(estimate, SPANISH, "")
    assert "answer-number long" not in cards.typical_year(estimate, ENGLISH, "")
