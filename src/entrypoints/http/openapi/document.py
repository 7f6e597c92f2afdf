"""The OpenAPI document: Litestar's, completed with facts, bodies, problems, keys and headers."""

from __future__ import annotations

import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import MediaType, Request, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Tag

from domain.people.fact import in_language
from entrypoints.http.codecs.decoding import JSON
from entrypoints.http.errors import PROBLEM_JSON, pointed, problem
from entrypoints.http.locations import PREFIX
from entrypoints.http.openapi.answers import AnswerExamples
from entrypoints.http.openapi.bodies import answered_files, bodies_of
from entrypoints.http.openapi.examples import example_error
from entrypoints.http.openapi.facts import LANGUAGE, REF, FactShapes, ref
from entrypoints.http.schemas.facts import SchemaOut
from entrypoints.http.schemas.jobs import ReasonIn
from entrypoints.http.schemas.plans import PlanIn
from entrypoints.http.schemas.predictions import OutcomeIn
from entrypoints.http.schemas.problems import BadField, Problem
from entrypoints.http.schemas.webhooks import WebhookIn

if TYPE_CHECKING:
    from domain.people.schema import Schema

DESCRIPTION: Final = """\
What a year of medical care is likely to cost, from facts about a person: the mean (`expected`), the median (`typical`)
and a range that holds nine years in ten. Amounts are in {currency}. `GET /api/v1/schema` says which facts these are.
Choices and flags are also understood in the other spellings that it names, in small letters or capitals.
Not medical or financial advice.

Every error is `application/problem+json` (RFC 9457). 422 names every broken rule in `errors`, also parameters of the
query that are not known; 429 and 503 say in `Retry-After` when to try again. Every answer carries `X-Request-ID`, the
caller's where it sent one.
"""

_READS: Final = (400, 408, 413, 415)
_PROBLEMS: Final[dict[str, tuple[int, ...]]] = {
    "predict": (*_READS, 409, 503),
    "predict_batch": (*_READS, 409, 503),
    "list_predictions": (503,),
    "get_prediction": (404, 409, 503),
    "erase_prediction": (404, 503),
    "record_outcome": (*_READS, 404, 503),
    "list_outcome_changes": (404, 503),
    "explain": (*_READS, 503),
    "explore": (*_READS, 503),
    "compare_plans": (*_READS, 503),
    "quote_group": (*_READS, 503),
    "list_models": (503,),
    "get_champion": (404, 503),
    "promote": (*_READS, 404, 409, 503),
    "roll_back": (*_READS, 409, 503),
    "score_file": (*_READS, 409, 503),
    "list_jobs": (503,),
    "get_job": (404, 503),
    "get_job_result": (404, 416, 503),
    "cancel_job": (404, 409, 503),
    "create_webhook": (*_READS, 409, 503),
    "list_webhooks": (503,),
    "get_webhook": (404, 503),
    "delete_webhook": (404, 503),
    "ping_webhook": (400, 404, 503),
    "list_deliveries": (404, 503),
    "replay_delivery": (404, 503),
    "list_audit": (503,),
    "serving": (503,),
    "ready": (503,),
}
_HEADERS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "predict": (("201", "Location", "Of the prediction"),),
    "list_predictions": (("200", "Link", "The next page"),),
    "list_models": (("200", "ETag", "Changes with the versions, their verdicts and the champion"),),
    "get_champion": (("200", "ETag", "Changes with the champion and its verdict"),),
    "get_schema": (("200", "ETag", "Changes with the schema and its words"),),
    "score_file": (("202", "Location", "Of the job"),),
    "list_jobs": (("200", "Link", "The next page"),),
    "list_audit": (("200", "Link", "The next page"),),
    "list_deliveries": (("200", "Link", "The next page"),),
    "get_job_result": (("200", "ETag", "Of the file, which never changes"),),
    "promote": (("202", "Location", "Of the job"),),
    "roll_back": (("202", "Location", "Of the job"),),
    "create_webhook": (("201", "Location", "Of the webhook"),),
}
_TAGGED: Final = ("list_models", "get_champion", "get_schema", "get_job_result")
_IDEMPOTENT: Final = (
    "predict", "predict_batch", "promote", "roll_back", "create_webhook", "ping_webhook", "score_file",
)  # fmt: skip
_OF_PEOPLE: Final = ("predict", "predict_batch")
_HEALTH: Final = ("live", "serving", "ready")
_METRICS: Final = 'medcost_http_request_seconds_count{method="GET",route="/health/live",status="200"} 42.0\n'
_DOCUMENT: Final = f"{PREFIX}/schema/openapi.json"


def config(version: str, schema: Schema) -> OpenAPIConfig:
    """Return the configuration of Litestar's document, which is completed when it is rendered."""
    title = in_language(schema.title, LANGUAGE)
    return OpenAPIConfig(
        title="Medcost",
        version=version,
        contact=Contact(name="Whoever runs this installation"),
        license=License(name="MIT", identifier="MIT"),
        description=f"{title}.\n\n{DESCRIPTION}" if title else DESCRIPTION,
        openapi_router=Router(_DOCUMENT, route_handlers=[], include_in_schema=False, before_request=_nothing_else),
        render_plugins=[_Completed(schema)],
        use_handler_docstrings=True,
        tags=[
            Tag("predictions", "Make, find and erase predictions"),
            Tag("reasons", "Explanations and scenarios"),
            Tag("plans", "What people would pay, and what a group costs"),
            Tag("facts", "The facts that are asked about a person"),
            Tag("models", "The models behind the answers"),
            Tag("jobs", "Work in the background"),
            Tag("webhooks", "Calls to receivers when something happens"),
            Tag("audit", "Who changed what"),
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
    """Answer Litestar's pages below the document with a problem, like all other unknown paths."""
    if not request.url.path.endswith(_DOCUMENT):
        raise NotFoundException


class _Completed(JsonRenderPlugin):
    """Renders the completed document."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(path="/", media_type=MediaType.JSON)
        self._schema = schema

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """Complete the document and encode it."""
        root = request.scope.get("root_path") or "/"
        return msgspec.json.encode({**completed(openapi_schema, self._schema), "servers": [{"url": root}]})


def completed(document: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """Add facts, bodies, problems, keys and headers to a document."""
    document = copy.deepcopy(document)
    shapes = document["components"]["schemas"]
    shapes |= msgspec.json.schema_components([OutcomeIn, ReasonIn, PlanIn, WebhookIn, Problem], ref_template=REF)[1]
    facts = FactShapes(schema, taken=shapes)
    shapes |= facts.components()
    for name in ("PredictionOut", "EstimateOut"):
        shapes[name]["properties"]["beneficiary"] = ref("BeneficiaryOut")
    shapes["ContributionOut"]["properties"]["fact"]["enum"] = list(schema.names)
    document["components"]["headers"] = {
        "RequestId": {"schema": {"type": "string"}, "description": "Identifies this request in our logs"},
        "RateLimitPolicy": {
            "schema": {"type": "string", "example": '"address";q=24000;w=60, "key";q=12000;w=60'},
            "description": "Where requests are limited: how many (`q`) are allowed in how many seconds (`w`)",
        },
        "RateLimit": {
            "schema": {"type": "string", "example": '"address";r=23999;t=1, "key";r=11999;t=1'},
            "description": "What is left (`r`), and within how many seconds (`t`) all of it is again",
        },
    }
    bodies, wrong = bodies_of(schema), example_error(schema)
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation, bodies, list(pointed([wrong])))
            if operation["operationId"] == "list_predictions":
                operation["parameters"] += facts.filters()
            elif operation["operationId"] == "get_schema":
                example = msgspec.to_builtins(SchemaOut.of(schema))
                operation["responses"]["200"]["content"][JSON]["example"] = example
            elif operation["operationId"] == "get_job_result":
                _describe_file(operation["responses"])
    _add_examples(document, AnswerExamples(shapes, schema, document["info"]["version"]))
    return _finished(document, schema.cost.currency)


def _describe_file(responses: dict[str, Any]) -> None:
    """Describe the result of a job, whole or in part."""
    whole = responses["200"]
    whole["content"] = answered_files()
    part = {"Content-Range": {"schema": {"type": "string"}, "description": "Which bytes of how many"}}
    responses["206"] = {
        **whole,
        "description": "The bytes that Range asks for",
        "headers": {**whole["headers"], **part},
    }


def _add_examples(document: dict[str, Any], examples: AnswerExamples) -> None:
    """Add an example to each response without one, and to each identifier in a path."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    if status.startswith("2") and not content.keys() & {"example", "examples"}:
                        content["example"] = examples.of(content["schema"]) if kind == JSON else _METRICS
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["example"] = examples.of(parameter["schema"], parameter["name"])


def _finished(part: Any, currency: str) -> Any:
    """Insert the currency, and rewrite unions and tuples in a form that other tools understand.

    Unions become ``anyOf``, because a whole number is both an integer and a number. A union with one member, which
    msgspec writes for optional fields, becomes that member. Tuples, whose items all have one type here, become arrays
    of a fixed length.
    """
    if isinstance(part, dict):
        parts = {"anyOf" if name == "oneOf" else name: _finished(value, currency) for name, value in part.items()}
        if len(parts.get("anyOf", ())) == 1:
            (only,) = parts.pop("anyOf")
            parts |= only
        if members := parts.pop("prefixItems", None):
            parts |= {"items": members[0], "minItems": len(members), "maxItems": len(members)}
        return parts
    if isinstance(part, list):
        return [_finished(value, currency) for value in part]
    return part.replace("{currency}", currency) if isinstance(part, str) else part


def _complete(operation: dict[str, Any], bodies: dict[str, Any], wrong: list[BadField]) -> None:
    name, responses = operation["operationId"], operation["responses"]
    responses.pop("400", None)  # Litestar's own error schema, which this API does not use
    if name in bodies:
        operation["requestBody"] = {"required": name not in ("promote", "roll_back"), "content": bodies[name]}
    operation["security"] = [] if name in _HEALTH else [{}, {"bearer": []}, {"key": []}]
    anywhere = {403, 421, 429} if name in _HEALTH else {401, 403, 421, 422, 429}
    for status in sorted({*_PROBLEMS.get(name, ()), *anywhere}):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": ref("Problem")}},
        }
    _add_headers(responses, deprecated=bool(operation.get("deprecated")))
    if name in _TAGGED:
        responses["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    for status, header, what in _HEADERS.get(name, ()):
        responses[status]["headers"][header] = {"schema": {"type": "string"}, "description": what}
    if name in _IDEMPOTENT:
        operation["x-optional-headers"] = [_IDEMPOTENCY_KEY]
        responses["422"] |= _broken_or_reused(wrong if name in _OF_PEOPLE else [])


def _add_headers(responses: dict[str, Any], *, deprecated: bool) -> None:
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        headers["RateLimit-Policy"] = {"$ref": "#/components/headers/RateLimitPolicy"}
        headers["RateLimit"] = {"$ref": "#/components/headers/RateLimit"}
        if status in ("429", "503"):
            headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds to wait"}
        if status == "401":
            headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
        if deprecated:
            headers.update(_DEPRECATED)


_DEPRECATED: Final = {
    "Deprecation": {"schema": {"type": "string"}, "description": "Since when this should not be used (RFC 9745)"},
    "Sunset": {"schema": {"type": "string"}, "description": "When this goes, if that is decided (RFC 8594)"},
}

# a header without a parameter entry: generated tests would send one key with several bodies, which is refused
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body again gives the same answer, and nothing is created twice",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


def _broken_or_reused(wrong: list[BadField]) -> dict[str, Any]:
    path, used = f"{PREFIX}/predictions", "idempotency key 'order-7' came with another body before"
    reused = problem(422, used, path=path, kind="reused-key", errors=[BadField("", "reused", used)])
    examples: dict[str, Any] = {"reused-key": {"summary": reused.title, "value": msgspec.to_builtins(reused)}}
    if wrong:
        detail = "; ".join(f"{field.pointer}: {field.detail}" for field in wrong)
        broken = problem(422, detail, path=path, errors=wrong)
        examples = {"invalid-input": {"value": msgspec.to_builtins(broken)}, **examples}
    return {
        "description": (
            "A rule is broken; or the Idempotency-Key came with another body before, and nothing is recorded"
        ),
        "content": {PROBLEM_JSON: {"schema": ref("Problem"), "examples": examples}},
    }
