"""The OpenAPI document: Litestar's, completed with what it cannot see - bodies, problems, keys and headers."""

from __future__ import annotations

import copy
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from entrypoints.http.batch import BATCH_TYPES
from entrypoints.http.errors import PROBLEM_JSON
from entrypoints.http.schemas import BeneficiaryIn, GridScenariosIn, OutcomeIn, Problem, ReasonIn, ScenariosIn

DESCRIPTION: Final = """\
What a year of medical care is likely to cost, from six facts: the mean (`expected`), the median (`typical`) and a
range that holds nine years in ten. US dollars. Not medical or financial advice.

Every error is `application/problem+json` (RFC 9457); 422 names every broken rule in `errors`, 429 and
503 say in `Retry-After` when to try again. Every answer carries `X-Request-ID`, the caller's where it sent one.
"""

ANN: Final = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
_REF: Final = "#/components/schemas/{name}"
_JSON: Final = "application/json"

_READS: Final = (400, 408, 413, 415, 422)
_PROBLEMS: Final[dict[str, tuple[int, ...]]] = {
    "predict": (*_READS, 503),
    "predict_batch": (*_READS, 503),
    "list_predictions": (422, 503),
    "get_prediction": (404, 503),
    "erase_prediction": (404, 503),
    "record_outcome": (*_READS, 404, 503),
    "explain": (*_READS, 503),
    "explore": (*_READS, 503),
    "list_models": (503,),
    "get_champion": (404, 503),
    "promote": (*_READS, 404, 409, 503),
    "roll_back": (*_READS, 404, 409, 503),
    "serving": (503,),
    "ready": (503,),
}
_HEALTH: Final = ("live", "serving", "ready")


def config(version: str) -> OpenAPIConfig:
    """Configure what Litestar generates, and complete it where it is rendered."""
    return OpenAPIConfig(
        title="Medcost",
        version=version,
        description=DESCRIPTION,
        openapi_router=Router(
            "/api/v1/schema", route_handlers=[], include_in_schema=False, before_request=_nothing_else
        ),
        render_plugins=[_Completed()],
        use_handler_docstrings=True,
        tags=[
            Tag("predictions", "Make, find and forget predictions"),
            Tag("reasons", "Why, and what if"),
            Tag("models", "The models behind the answers"),
            Tag("health", "For those who run the service"),
        ],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer"),
                "key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
            }
        ),
    )


def _nothing_else(request: Request) -> None:
    """Let Litestar's page for other paths below the document be a problem, like everywhere else."""
    if not request.url.path.endswith("/openapi.json"):
        raise NotFoundException


class _Completed(JsonRenderPlugin):
    """Renders the completed document."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002  # the plugin's signature
        """Complete and encode."""
        return msgspec.json.encode(completed(openapi_schema))


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Add bodies, problems, keys and headers to each operation of a document."""
    document = copy.deepcopy(document)
    _, shapes = msgspec.json.schema_components(
        [BeneficiaryIn, ScenariosIn, GridScenariosIn, OutcomeIn, ReasonIn, Problem], ref_template=_REF
    )
    document["components"]["schemas"].update(shapes)
    document["components"]["headers"] = {
        "RequestId": {"schema": {"type": "string"}, "description": "Identifies this request in our logs"}
    }
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    name, responses = operation["operationId"], operation["responses"]
    responses.pop("400", None)  # Litestar's own shape of errors, which is not ours
    if name in _BODIES:
        operation["requestBody"] = {"required": name not in ("promote", "roll_back"), "content": _BODIES[name]}
    if name not in _HEALTH:
        operation["security"] = [{}, {"bearer": []}, {"key": []}]
    anywhere = {403, 421, 429} if name in _HEALTH else {401, 403, 421, 429}
    for status in sorted({*_PROBLEMS.get(name, ()), *anywhere}):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name="Problem")}}},
        }
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        if status in ("429", "503"):
            headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds to wait"}
        if status == "401":
            headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    if name == "predict":
        responses["201"]["headers"]["Location"] = {"schema": {"type": "string"}, "description": "Of the prediction"}
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    if name == "list_predictions":
        responses["200"]["headers"]["Link"] = {"schema": {"type": "string"}, "description": "The next page"}


def _schema(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


_LINE: Final = '{"age":40,"sex":"female","bmi":27.5,"children":1,"smoker":false,"region":"northeast"}\n'
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "predict": {_JSON: {"schema": _schema("BeneficiaryIn"), "example": ANN}},
    "explain": {_JSON: {"schema": _schema("BeneficiaryIn"), "example": ANN}},
    "record_outcome": {_JSON: {"schema": _schema("OutcomeIn"), "example": {"charges": 7281.51}}},
    "promote": {
        _JSON: {"schema": _schema("ReasonIn"), "example": {"reason": "the champion is known to be wrong about smokers"}}
    },
    "roll_back": {_JSON: {"schema": _schema("ReasonIn"), "example": {"reason": "complaints from the northeast"}}},
    "explore": {
        _JSON: {
            "schema": {"oneOf": [_schema("ScenariosIn"), _schema("GridScenariosIn")]},
            "examples": {
                "changes": {"value": {"beneficiary": ANN, "changes": [{"smoker": True}, {"bmi": 32, "age": 41}]}},
                "grid": {"value": {"beneficiary": ANN, "grid": {"smoker": [True, False], "bmi": [22, 27, 32, 37]}}},
            },
        }
    },
    "predict_batch": {
        # a row that breaks a rule is reported beside the others: any array is read
        _JSON: {
            "schema": {"type": "array", "maxItems": 10_000, "items": {}},
            "example": [ANN, {**ANN, "smoker": "yes"}],
        },
        **{kind: {"schema": {"type": "string"}, "example": _LINE * 2} for kind in BATCH_TYPES[1:3]},
        BATCH_TYPES[3]: {
            # other orders of the columns do as well
            "schema": {"type": "string", "pattern": r"^age,sex,bmi,children,smoker,region(\r?\n|$)"},
            "example": "age,sex,bmi,children,smoker,region\n40,female,27.5,1,no,northeast\n",
        },
    },
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body again gives the same prediction",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
