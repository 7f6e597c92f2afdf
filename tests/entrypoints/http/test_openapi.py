from __future__ import annotations

import os
import re
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from entrypoints.http.docs import STATIC

EXAMPLES = int(os.environ.get("MEDCOST_SCHEMATHESIS_EXAMPLES", "12"))
"""Cases for each operation, mode and caller; `make soak` makes it 80, which is 6,420 in all."""

OPERATIONS = {
    "predict": ("POST", "/predictions"),
    "predict_batch": ("POST", "/predictions/batch"),
    "list_predictions": ("GET", "/predictions"),
    "get_prediction": ("GET", "/predictions/{id}"),
    "erase_prediction": ("DELETE", "/predictions/{id}"),
    "record_outcome": ("PUT", "/predictions/{id}/outcome"),
    "explain": ("POST", "/explanations"),
    "explore": ("POST", "/scenarios"),
    "list_models": ("GET", "/models"),
    "get_champion": ("GET", "/models/champion"),
    "promote": ("POST", "/models/{version}/promotion"),
    "roll_back": ("POST", "/models/rollback"),
    "live": ("GET", "/health/live"),
    "serving": ("GET", "/health/serving"),
    "ready": ("GET", "/health/ready"),
    "metrics": ("GET", "/metrics"),
}


@pytest.fixture(scope="session", params=["open", "admin", "client", "stranger"])
def caller(request: pytest.FixtureRequest) -> str:
    """Who asks: anybody where no key is required; else with an admin's key, a client's, or none."""
    return request.param


@pytest.fixture(scope="session")
def described(caller: str, api_process) -> tuple[schemathesis.BaseSchema, dict[str, str]]:
    """The API of a real process as it describes itself, and the headers by which the caller is known."""
    served = api_process("open" if caller == "open" else "keys")
    schema = schemathesis.openapi.from_url(f"{served.url}/api/v1/schema/openapi.json")
    return schema, {"X-API-Key": served.keys[caller]} if caller in served.keys else {}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_does_what_its_description_says(described, name, mode):
    method, path = OPERATIONS[name]
    schema, headers = described
    operation = schema[f"/api/v1{path}"][method]
    tried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def every_case(case: Case) -> None:
        nonlocal tried
        tried += 1
        own = {"Idempotency-Key": str(uuid4())} if mode is GenerationMode.POSITIVE and name == "predict" else {}
        case.call_and_validate(headers={**headers, **own})  # a key that came with another body before is refused

    try:
        every_case()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing about this operation can be said wrongly
        return
    assert tried


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
            several = [one["value"] for one in content.get("examples", {}).values()] or [content["example"]]
            for example in several:
                sent = (
                    {"content": example, "headers": {"Content-Type": kind}}
                    if isinstance(example, str)
                    else {"json": example}
                )
                answer = await memory_api.post(f"http://127.0.0.1{path}", **sent)
                assert answer.status_code in (200, 201)
                tried += 1
    assert tried == 8


async def test_the_documentation_asks_nobody_else(memory_api):
    page = await memory_api.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert [one for one in linked if not one.startswith("docs/")] == ["data:,"]
    for name in linked[1:]:
        assert (await memory_api.get(f"/{name}")).status_code == 200
    assert (await memory_api.get("/docs/LICENSE.swagger-ui.txt")).status_code == 404
    assert (STATIC / "LICENSE.swagger-ui.txt").exists()
