"""The description of the API says what there is."""

import re

import pytest
from jsonschema_rs import Draft202012Validator

from entrypoints.http.docs import STATIC
from tests.entrypoints.http.operations import OPERATIONS


async def test_every_route_is_described(memory_api):
    document = (await memory_api.get("/schema/openapi.json")).json()
    assert {(method.upper(), path) for path, operations in document["paths"].items() for method in operations} == {
        (method, f"/api/v1{path}") for method, path in OPERATIONS.values()
    }


async def test_the_described_limits_are_the_domains(memory_api):
    shapes = (await memory_api.get("/schema/openapi.json")).json()["components"]["schemas"]
    facts = shapes["BeneficiaryIn"]["properties"]
    assert (facts["age"]["minimum"], facts["age"]["maximum"], facts["bmi"]["maximum"]) == (18, 100, 70)
    assert shapes["BeneficiaryIn"]["additionalProperties"] is False


async def test_the_examples_of_the_description_work(memory_api):
    document = (await memory_api.get("/schema/openapi.json")).json()
    tried = 0
    for path, operations in document["paths"].items():
        if path.startswith("/api/v1/models/"):
            continue  # they need versions: see test_promotion
        for kind, content in operations.get("post", {}).get("requestBody", {}).get("content", {}).items():
            several = [example["value"] for example in content.get("examples", {}).values()] or [content["example"]]
            for example in several:
                sent = (
                    {"content": example, "headers": {"Content-Type": kind}}
                    if isinstance(example, str)
                    else {"json": example}
                )
                answer = await memory_api.post(f"http://127.0.0.1{path}", **sent)
                assert answer.status_code in (200, 201, 202)
                tried += 1
    assert tried == 14


@pytest.mark.parametrize(
    "name",
    [
        "get_prediction",
        "erase_prediction",
        "record_outcome",
        "list_outcome_changes",
        "get_job",
        "get_webhook",
        "delete_webhook",
        "ping_webhook",
        "list_deliveries",
    ],
)
async def test_that_there_is_no_such_thing_is_described(memory_api, name):
    method, path = OPERATIONS[name]
    document = (await memory_api.get("/schema/openapi.json")).json()
    body = {"json": {"charges": 100.0}} if method == "PUT" else {}
    answer = await memory_api.request(method, path.replace("{id}", "01a228ab-29de-7614-8404-9798736bf9b5"), **body)
    assert answer.status_code == 404
    assert "404" in document["paths"][f"/api/v1{path}"][method.lower()]["responses"]


async def test_a_union_lets_a_value_fit_several_members(memory_api):
    text = (await memory_api.get("/schema/openapi.json")).text
    assert '"anyOf"' in text
    assert '"oneOf"' not in text


async def test_every_path_allows_the_methods_of_all_its_handlers(memory_api):
    document = (await memory_api.get("/schema/openapi.json")).json()
    for path, operations in document["paths"].items():
        address = path.replace("{version}", "1")
        address = re.sub("{(id|delivery)}", "01a228ab-29de-7614-8404-9798736bf9b5", address)
        answer = await memory_api.options(f"http://127.0.0.1{address}")
        assert answer.status_code == 204
        methods = {"OPTIONS", *map(str.upper, operations)} | ({"HEAD"} if "get" in operations else set())
        assert set(answer.headers["allow"].split(", ")) == methods
        refused = await memory_api.patch(f"http://127.0.0.1{address}")
        assert (refused.status_code, refused.headers["allow"]) == (405, answer.headers["allow"])
        assert refused.json()["detail"].endswith(f"only {answer.headers['allow']}")


async def test_a_reused_idempotency_key_is_an_answer_of_its_own(memory_api, ann):
    document = (await memory_api.get("/schema/openapi.json")).json()
    for name in ("predictions", "predictions/batch"):
        described = document["paths"][f"/api/v1/{name}"]["post"]["responses"]["422"]
        example = described["content"]["application/problem+json"]["examples"]["reused-key"]["value"]
        once = {"Idempotency-Key": name}
        many = name.endswith("batch")
        await memory_api.post(f"/{name}", json=[ann] if many else ann, headers=once)
        other = {**ann, "age": 50}
        refused = await memory_api.post(f"/{name}", json=[other] if many else other, headers=once)
        assert refused.status_code == 422
        assert {key: refused.json()[key] for key in ("type", "title", "status")} == {
            key: example[key] for key in ("type", "title", "status")
        }


async def test_the_documentation_asks_nobody_else(memory_api):
    page = await memory_api.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert [address for address in linked if not address.startswith("docs/")] == ["data:,"]
    for name in linked[1:]:
        assert (await memory_api.get(f"/{name}")).status_code == 200
    assert (await memory_api.get("/docs/LICENSE.swagger-ui.txt")).status_code == 404
    assert (STATIC / "LICENSE.swagger-ui.txt").exists()


def shown(content):
    """Give the examples of a body or an answer."""
    return [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]


async def test_every_operation_has_examples_that_keep_their_shapes(memory_api):
    document = (await memory_api.get("/schema/openapi.json")).json()
    parts = {"components": document["components"]}
    tried = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            bodies = [operation.get("requestBody", {})]
            bodies += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            contents = [pair for body in bodies for pair in body.get("content", {}).items()]
            pairs = [(content["schema"] | parts, each) for kind, content in contents for each in shown(content)]
            inside = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
            for shape, example in pairs + [(parameter["schema"], parameter["example"]) for parameter in inside]:
                if not (isinstance(example, str) and "$ref" in shape):  # a body of text shows rows of the shape
                    Draft202012Validator(shape, validate_formats=True).validate(example)
                tried.add((method.upper(), path))
    assert tried == {(method, f"/api/v1{path}") for method, path in OPERATIONS.values()}


async def test_the_example_of_an_explanation_adds_up(memory_api):
    document = (await memory_api.get("/schema/openapi.json")).json()
    answer = document["paths"]["/api/v1/explanations"]["post"]["responses"]["200"]
    example = answer["content"]["application/json"]["example"]
    total = example["baseline"] + sum(part["usd"] for part in example["contributions"])
    assert round(total, 2) == example["expected"]
