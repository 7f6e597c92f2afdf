"""The API of an installation whose facts are others than the default schema's."""

from __future__ import annotations

import pytest
from dishka import Provider, Scope, provide

from domain.costs.distribution import CostDistribution
from domain.costs.explanation import Contribution, Explained, Explanation, PeopleAlike
from domain.costs.prediction import Estimate, ModelReference
from domain.people.schema import Schema
from domain.ports.explainer import Explainer
from domain.ports.ledger import ModelLedger
from domain.ports.loader import LoadedModel
from domain.ports.monitoring import MonitoringReports
from domain.ports.predictor import Predictor
from entrypoints.composition.settings import load
from entrypoints.composition.web import web_container
from tests.support.default_schema import FACTS
from tests.support.monitored import REPORT, crown

CLINIC = """
name: clinic
title: {en: Yearly cost of a member, es: Costo anual de un miembro}
cost: {column: paid, currency: EUR, year: 2023, today: {factor: 1.1, year: 2026, source: Index}}
facts:
  visits: {kind: whole, low: 0, high: 50, label: {en: Visits last year, es: Visitas del año pasado}, section: Care}
  income: {kind: number, low: 0, unit: EUR, missing: allowed}
  diabetic: {kind: flag, spellings: {yes: [diabetes]}}
  plan: {kind: choice, choices: [full, basic], spellings: {full: [all in]}, words: {full: {en: Full, es: Completo}}}
  site: {kind: choice, choices: [dayton, seattle], missing: allowed, column: SITE}
groups: [plan, "visits>=10"]
"""
MODEL = ModelReference(1, "d" * 64)
EVA = {"visits": 4, "income": 30_000.5, "diabetic": False, "plan": "basic", "site": "dayton"}


class VisitModel(LoadedModel):
    """A model of the clinic: 100 for each visit."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    @property
    def schema(self) -> Schema:
        return self._schema

    async def predict(self, beneficiaries):
        return [Estimate(_cost(who), (), MODEL) for who in beneficiaries]

    async def model(self):
        return MODEL

    async def explain(self, beneficiary, of: Explained = "expected"):
        cost = _cost(beneficiary).expected
        parts = tuple(Contribution(name, cost if name == "visits" else 0.0) for name in beneficiary.schema.names)
        return Explanation(0.0, parts, cost, PeopleAlike(0, 0, None, None, None), MODEL, 0.25, cost, of)


def _cost(who) -> CostDistribution:
    return CostDistribution(100.0 * who["visits"], tuple(100.0 * who["visits"] + k for k in range(99)))


class ClinicModel(Provider):
    scope = Scope.APP

    @provide(override=True)
    def loaded(self, schema: Schema) -> LoadedModel:
        return VisitModel(schema)

    @provide(override=True)
    def predictor(self, model: LoadedModel) -> Predictor:
        return model

    @provide(override=True)
    def explainer(self, model: LoadedModel) -> Explainer:
        return model


@pytest.fixture
async def clinic(tmp_path):
    file = tmp_path / "clinic.yaml"
    file.write_text(CLINIC, encoding="utf-8")
    container = web_container(load({"profile": "memory", "schema": str(file)}), ClinicModel())
    yield container
    await container.close()


@pytest.fixture
async def clinic_api(clinic, client_of):
    async with client_of(clinic) as api:
        yield api


async def test_a_person_of_other_facts_is_predicted_recorded_and_shown(clinic_api):
    made = await clinic_api.post("/predictions", json=EVA)
    assert made.status_code == 201
    assert list(made.json()["beneficiary"].items()) == list(EVA.items())
    assert (made.json()["expected"], made.json()["about"]["unit"]) == (400.0, "EUR a year")
    assert (await clinic_api.get(f"http://127.0.0.1{made.headers['location']}")).json() == made.json()


@pytest.mark.parametrize("absent", [{}, {"income": None, "site": None}])
async def test_a_fact_that_may_be_missing_may_be_null_or_left_out(clinic_api, absent):
    request = {"visits": 4, "diabetic": True, "plan": "full", **absent}
    answer = await clinic_api.post("/predictions", json=request)
    assert answer.json()["beneficiary"] == {**request, "income": None, "site": None}


async def test_choices_and_flags_may_be_spelled_otherwise(clinic_api):
    answer = await clinic_api.post("/predictions", json={**EVA, "plan": "All-In", "diabetic": "Diabetes"})
    assert answer.json()["beneficiary"] == {**EVA, "plan": "full", "diabetic": True}


async def test_every_broken_rule_is_named_at_once(clinic_api):
    wrong = {"visits": "4", "income": -1, "plan": "gold", "site": 3, "hat": 1}
    answer = await clinic_api.post("/predictions", json=wrong)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/hat", "unknown"),
        ("/diabetic", "missing"),
        ("/visits", "type"),
        ("/income", "range"),
        ("/plan", "choice"),
        ("/site", "choice"),
    ]


async def test_batches_hold_people_of_these_facts(clinic_api):
    lines = b'{"visits":1,"diabetic":"yes","plan":"all in"}\n{"visits":99,"diabetic":true,"plan":"full"}\n'
    table = b"plan,visits,diabetic,income,site\nfull,2,no,,seattle\n"
    answers = [
        await clinic_api.post("/predictions/batch", json=[EVA, {**EVA, "income": None}, {}]),
        await clinic_api.post("/predictions/batch", content=lines, headers={"Content-Type": "text/jsonl"}),
        await clinic_api.post("/predictions/batch", content=table, headers={"Content-Type": "text/csv"}),
    ]
    people = [[prediction["beneficiary"] for prediction in answer.json()["predictions"]] for answer in answers]
    assert people == [
        [EVA, {**EVA, "income": None}],
        [{"visits": 1, "income": None, "diabetic": True, "plan": "full", "site": None}],
        [{"visits": 2, "income": None, "diabetic": False, "plan": "full", "site": "seattle"}],
    ]
    errors = [[(error["row"], error["pointer"]) for error in answer.json()["errors"]] for answer in answers]
    assert errors == [[(3, "/visits"), (3, "/diabetic"), (3, "/plan")], [(2, "/visits")], []]


async def test_explanations_name_these_facts(clinic_api):
    answer = (await clinic_api.post("/explanations", json=EVA)).json()
    assert [part["fact"] for part in answer["contributions"]] == list(EVA)
    assert answer["standard_error"] == 0.25


async def test_changes_and_grids_take_any_fact(clinic_api):
    changed = {"beneficiary": EVA, "changes": [{"site": None}, {"plan": "all in", "visits": 5}]}
    crossed = {"beneficiary": EVA, "grid": {"income": [None, 10], "diabetic": ["yes", False]}}
    answers = [(await clinic_api.post("/scenarios", json=request)).json() for request in (changed, crossed)]
    assert [[scenario["beneficiary"] for scenario in answer["scenarios"]] for answer in answers] == [
        [{**EVA, "site": None}, {**EVA, "plan": "full", "visits": 5}],
        [{**EVA, "income": income, "diabetic": diabetic} for income in (None, 10.0) for diabetic in (True, False)],
    ]


async def test_what_is_wrong_with_changes_and_grids_is_named_with_its_place(clinic_api):
    changed = {"beneficiary": {**EVA, "visits": None}, "changes": [{"plan": "gold"}, {"age": 3}, 7]}
    crossed = {"beneficiary": EVA, "grid": {"visits": [1, None], "age": [3]}}
    answers = [(await clinic_api.post("/scenarios", json=request)).json() for request in (changed, crossed)]
    assert [[error["pointer"] for error in answer["errors"]] for answer in answers] == [
        ["/beneficiary/visits", "/changes/0/plan", "/changes/1/age", "/changes/2"],
        ["/grid/age", "/grid/visits/1"],
    ]


@pytest.mark.parametrize(
    ("query", "visits"),
    [("plan=full", [2]), ("plan=ALL-IN", [2]), ("diabetic=no", [1]), ("diabetic=Diabetes&site=seattle", [2])],
)
async def test_history_is_filtered_by_choices_and_flags(clinic_api, query, visits):
    await clinic_api.post("/predictions", json={**EVA, "visits": 1})
    other = {**EVA, "visits": 2, "plan": "full", "diabetic": True, "site": "seattle"}
    await clinic_api.post("/predictions", json=other)
    listed = (await clinic_api.get(f"/predictions?{query}")).json()["predictions"]
    assert [prediction["beneficiary"]["visits"] for prediction in listed] == visits


@pytest.mark.parametrize(
    ("query", "code"),
    [("plan=gold", "choice"), ("diabetic=perhaps", "type"), ("visits=3", "unknown"), ("smoker=yes", "unknown")],
)
async def test_a_filter_that_is_none_is_refused(clinic_api, query, code):
    answer = await clinic_api.get(f"/predictions?{query}")
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        (f"/{query.partition('=')[0]}", code)
    ]


async def test_money_is_said_in_the_currency_of_the_costs(clinic_api, clinic):
    made = (await clinic_api.post("/predictions", json=EVA)).json()
    answer = await clinic_api.put(f"/predictions/{made['id']}/outcome", json={"charges": "much"})
    assert answer.json()["errors"][0]["detail"] == "must be a number of EUR"
    await crown(await clinic.get(ModelLedger))
    await (await clinic.get(MonitoringReports)).add(REPORT)
    figures = (await clinic_api.get("/metrics")).text
    assert 'medcost_monitoring_bias_usd{currency="EUR",group="all"} -12.5' in figures


async def test_the_schema_is_told_with_words_in_both_languages(clinic_api, clinic):
    shown = (await clinic_api.get("/schema")).json()
    assert list(shown) == ["name", "digest", "title", "cost", "facts", "groups"]
    assert shown["digest"] == (await clinic.get(Schema)).digest
    assert shown["cost"] == {
        "column": "paid",
        "currency": "EUR",
        "year": 2023,
        "today": {"factor": 1.1, "year": 2026, "source": {"en": "Index", "es": "Index"}},
    }
    assert shown["groups"] == ["plan=full", "plan=basic", "visits>=10", "visits<10"]
    assert [(fact["name"], fact["kind"], fact["missing"]) for fact in shown["facts"]] == [
        ("visits", "whole", "refused"),
        ("income", "number", "allowed"),
        ("diabetic", "flag", "refused"),
        ("plan", "choice", "refused"),
        ("site", "choice", "allowed"),
    ]
    visits, income, _, plan, site = shown["facts"]
    assert (visits["low"], visits["high"], visits["label"]["es"]) == (0, 50, "Visitas del año pasado")
    assert visits["section"] == {"en": "Care", "es": "Care"}
    assert (income["high"], income["unit"], income["label"]) == (None, "EUR", {"en": "income", "es": "income"})
    assert plan["words"] == {"full": {"en": "Full", "es": "Completo"}, "basic": {"en": "basic", "es": "basic"}}
    assert (plan["choices"], plan["spellings"], site["column"]) == (["full", "basic"], {"full": ["all in"]}, "SITE")


async def test_a_schema_that_is_there_already_is_not_sent_again(clinic_api):
    first = await clinic_api.get("/schema")
    assert first.headers["cache-control"] == "private, no-cache"
    for tag in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = await clinic_api.get("/schema", headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await clinic_api.get("/schema", headers={"If-None-Match": '"other"'})).status_code == 200


async def test_the_description_names_these_facts_and_no_others(clinic_api):
    answer = await clinic_api.get("/schema/openapi.json")
    document = answer.json()
    shapes = document["components"]["schemas"]
    person = shapes["BeneficiaryIn"]
    assert list(person["properties"]) == list(shapes["BeneficiaryOut"]["properties"]) == list(EVA)
    assert person["required"] == ["visits", "diabetic", "plan"]
    assert (person["properties"]["visits"]["minimum"], person["properties"]["visits"]["maximum"]) == (0, 50)
    assert person["properties"]["site"] == {"anyOf": [{"$ref": "#/components/schemas/Site"}, {"type": "null"}]}
    assert shapes["Plan"]["enum"] == ["full", "basic"]
    assert shapes["ContributionOut"]["properties"]["fact"]["enum"] == list(EVA)
    assert shapes["PredictionOut"]["properties"]["expected"]["description"] == "EUR, whole cents"
    parameters = document["paths"]["/api/v1/predictions"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["limit", "cursor", "since", "diabetic", "plan", "site"]
    assert document["info"]["description"].startswith("Yearly cost of a member.")
    assert [name for name in FACTS if f'"{name}"' in answer.text or f'/{name}"' in answer.text] == []
    assert "USD" not in answer.text
    assert "{currency}" not in answer.text


async def test_the_examples_of_the_description_work(clinic_api):
    document = (await clinic_api.get("/schema/openapi.json")).json()
    tried = 0
    for name in ("predictions", "predictions/batch", "explanations", "scenarios", "plans/comparison", "groups/quote"):
        body = document["paths"][f"/api/v1/{name}"]["post"]["requestBody"]["content"]
        for kind, content in body.items():
            for example in [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]:
                sent = {"json": example} if kind == "application/json" else {"content": example}
                answer = await clinic_api.post(f"/{name}", **sent, headers={"Content-Type": kind})
                assert answer.status_code in (200, 201)
                assert not answer.json().get("errors")
                tried += 1
    assert tried == 9
    example = document["paths"]["/api/v1/schema"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert example == (await clinic_api.get("/schema")).json()
