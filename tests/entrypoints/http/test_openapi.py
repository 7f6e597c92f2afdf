"""The API does what its description says, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from domain.people.fact import NO, YES
from domain.people.folding import fold
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load
from entrypoints.http.codecs.batch import CSV
from tests.entrypoints.http.operations import OPERATIONS

pytestmark = pytest.mark.server

EXAMPLES = int(os.environ.get("MEDCOST_SCHEMATHESIS_EXAMPLES", "12"))
"""Cases for each operation and mode, where no key is required; `make soak` makes it 80."""
WITH_KEYS = EXAMPLES // 4
"""The same for each caller where keys are required, who differ in what they may do and not in the shapes."""


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


SCHEMA = home_schema(load({"profile": "memory"}))
NAMES = {NO, YES, *(choice for fact in SCHEMA.facts for choice in fact.choices)}
WORDS = {fold(word) for fact in SCHEMA.facts for word in fact.words}


def is_other_spelling(value: object) -> bool:
    """Return whether a choice or a flag is spelled otherwise (F, sí): that is understood, and no shape has it."""
    return isinstance(value, str) and value not in NAMES and fold(value) in WORDS


def leaves(part: object) -> Iterator[object]:
    """Yield each value of nested lists and objects."""
    if isinstance(part, dict | list):
        for value in part.values() if isinstance(part, dict) else part:
            yield from leaves(value)
    else:
        yield part


def uncross(body: Any) -> None:
    """Raise limits of plans to those that they must not be below: OpenAPI has no way to say so."""
    for plan in body["plans"]:
        least = plan["out_of_pocket_maximum"] = max(plan["out_of_pocket_maximum"] or 0, plan["deductible"] or 0)
        if plan.get("family_deductible") is not None:
            plan["family_deductible"] = max(plan["family_deductible"] or 0, plan["deductible"] or 0)
            least = max(least, plan["family_deductible"])
        if plan.get("family_maximum") is not None:
            plan["family_maximum"] = max(plan["family_maximum"] or 0, least)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_does_what_its_description_says(caller, described, name, mode):
    method, path = OPERATIONS[name]
    schema, headers = described
    operation = schema[f"/api/v1{path}"][method]
    tried: list[Case] = []

    @settings(
        max_examples=EXAMPLES if caller == "open" else WITH_KEYS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def every_case(case: Case) -> None:
        tried.append(case)
        assume(not any(map(is_other_spelling, leaves([case.body, case.query]))))
        # the decimal sign of a CSV, which JSON is refused with: OpenAPI has no way to say so
        assume(not (mode is GenerationMode.POSITIVE and "decimal" in (case.query or {}) and case.media_type != CSV))
        if mode is GenerationMode.POSITIVE and name == "compare_plans":
            uncross(case.body)
        if mode is GenerationMode.POSITIVE and name == "score_file" and case.query:
            # `map` names facts of the installation, the others are for some kinds of files: no type can say so
            for parameter in ("map", "sheet", "decimal"):
                case.query.pop(parameter, None)
        case.call_and_validate(headers=headers)

    try:
        every_case()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing about this operation can be said wrongly
        return
    assert tried
