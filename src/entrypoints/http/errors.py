"""Errors as problem+json (RFC 9457): the table of statuses and the exception handlers."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from domain.errors import (
    Conflict,
    FieldError,
    IdempotencyKeyReused,
    InvalidInput,
    MedcostError,
    ModelRefused,
    NotAllowed,
    NotFound,
    Unavailable,
)
from entrypoints.http.parameter_rules import choices_of, rule_of
from entrypoints.http.schemas.problems import BadField, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PROBLEM_JSON: Final = "application/problem+json"
ERROR: Final = "medcost.error"
"""Key of a request's scope that holds the class name of the error."""

_DOMAIN: Final[Mapping[type[MedcostError], tuple[int, str]]] = {
    InvalidInput: (422, "invalid-input"),
    NotFound: (404, "not-found"),
    NotAllowed: (403, "forbidden"),
    IdempotencyKeyReused: (422, "reused-key"),
    Conflict: (409, "conflict"),
    ModelRefused: (409, "conflict"),
    Unavailable: (503, "unavailable"),
}
"""Status and problem type of the domain's errors by base class; all other errors are internal."""

_TITLES: Final[Mapping[str, str]] = {
    "malformed": "The request cannot be read",
    "unauthorized": "An API key is required",
    "forbidden": "Not allowed",
    "not-found": "Not found",
    "method-not-allowed": "The method is not allowed for this address",
    "too-slow": "The body took too long to arrive",
    "conflict": "The request conflicts with the present state",
    "too-large": "The body is too large",
    "unsatisfiable-range": "The file has no such bytes",
    "unsupported-media-type": "The media type of the body is not supported",
    "misdirected": "This host name is not served here",
    "invalid-input": "The input is not valid",
    "reused-key": "The Idempotency-Key was used with another request",
    "too-often": "Too many requests",
    "unavailable": "A part of the service is unavailable",
    "internal": "Internal error",
}
_BY_STATUS: Final[Mapping[int, str]] = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
    415: "unsupported-media-type",
    416: "unsatisfiable-range",
    421: "misdirected",
    422: "invalid-input",
    429: "too-often",
    503: "unavailable",
}


class Malformed(HTTPException):
    """The body does not match its content type; the detail names the place."""

    status_code = 400


class TooSlow(HTTPException):
    """The body did not arrive in time."""

    status_code = 408


class TooLarge(HTTPException):
    """The body is larger than allowed."""

    status_code = 413


class UnsupportedMediaType(HTTPException):
    """The media type of the body is not supported."""

    status_code = 415


class NoSuchBytes(HTTPException):
    """The range of bytes lies behind the end of the file."""

    status_code = 416

    def __init__(self, size: int) -> None:
        detail = f"the file has {size:,} bytes: ask for bytes before that, or leave Range out"
        super().__init__(detail, headers={"Content-Range": f"bytes */{size}"})


class BadRequestFields(Exception):  # named after the problem, without the suffix Error
    """Fields of the request break rules; each is identified by its JSON pointer."""

    def __init__(self, fields: Sequence[BadField]) -> None:
        super().__init__("; ".join(": ".join(filter(None, (field.pointer, field.detail))) for field in fields))
        self.fields = list(fields)


def pointed(errors: Iterable[FieldError], *, below: str = "") -> Iterator[BadField]:
    """Convert the domain's field errors to JSON pointers (RFC 6901) below a place in the body."""
    for error in errors:
        name = error.field.replace("~", "~0").replace("/", "~1")
        yield BadField(f"{below}/{name}", error.code, error.detail)


def problem(
    status: int,
    detail: str,
    *,
    path: str,
    kind: str | None = None,
    errors: list[BadField] | None = None,
) -> Problem:
    """Build a problem; ``kind`` is the last part of its type, by default derived from the status."""
    kind = kind or _BY_STATUS.get(status, "internal")
    return Problem(
        type=f"urn:medcost:problem:{kind}",
        title=_TITLES[kind],
        status=status,
        detail=detail,
        instance=path,
        errors=errors,
    )


def allowed(methods: Iterable[str]) -> str:
    """Return the value of the header `Allow` for a path with handlers of these methods: HEAD goes with GET."""
    return ", ".join(sorted({*methods, *(("HEAD",) if "GET" in methods else ()), "OPTIONS"} - {""}))


def _path(request: Request) -> str:
    """Return the path of a request; `request.url` fails if the Host header has an invalid port."""
    return request.scope.get("root_path", "") + request.scope["path"]


def on_domain_error(request: Request, error: MedcostError) -> Response[Problem]:
    """Answer an error of the domain by the table of statuses; other errors are internal."""
    _note(request, error)
    status_and_kind = _status_of(type(error))
    if status_and_kind is None:
        return on_any_error(request, error)
    status, kind = status_and_kind
    headers = {"Retry-After": str(math.ceil(error.retry_after))} if isinstance(error, Unavailable) else {}
    errors, detail = None, str(error)
    if isinstance(error, InvalidInput):
        refused = BadRequestFields(list(pointed(error.errors)))
        errors, detail = refused.fields, str(refused)
    elif isinstance(error, IdempotencyKeyReused):
        errors = [BadField("", "reused", str(error))]
    return _response(problem(status, detail, path=_path(request), kind=kind, errors=errors), headers)


def problem_of(name: str, detail: str, *, path: str) -> Problem:
    """Build the problem of a stored error of the domain from its class name; unknown names are internal errors."""
    by_name = {kind.__name__: kind for kind in _family(MedcostError)}
    status, kind = (_status_of(by_name[name]) if name in by_name else None) or (500, "internal")
    return problem(status, detail, path=path, kind=kind)


def _status_of(error: type[MedcostError]) -> tuple[int, str] | None:
    return next((_DOMAIN[kind] for kind in error.__mro__ if kind in _DOMAIN), None)


def _family(error: type[MedcostError]) -> Iterator[type[MedcostError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _family(kind)


def on_bad_fields(request: Request, error: BadRequestFields) -> Response[Problem]:
    """Answer 422 with all bad fields."""
    _note(request, error)
    return _response(problem(422, str(error), path=_path(request), errors=error.fields))


def on_http_error(request: Request, error: HTTPException) -> Response[Problem]:
    """Answer an error of Litestar, such as an unknown route or method, a large body or an invalid query."""
    _note(request, error)
    path = _path(request)
    if isinstance(error, ValidationException):
        arguments = request.route_handler.parsed_fn_signature.parameters
        fields = [
            BadField(f"/{name}", *rule_of(str(extra.get("message", "")), choices_of(arguments, name)))
            for extra in error.extra or []
            if isinstance(extra, dict) and isinstance(name := extra.get("key", ""), str)
        ]
        return on_bad_fields(request, BadRequestFields(fields or [BadField("", "type", error.detail)]))
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_any_error(request, error)
    detail = error.detail or HTTPStatus(error.status_code).phrase
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {path}"
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not isinstance(error, TooLarge):
        most = request.route_handler.resolve_request_max_body_size()
        detail = f"the body may have at most {most:,} bytes"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        possible = allowed((error.headers or {}).get("allow", "").split(", "))
        detail = f"{request.method} is not possible at {path}, only {possible}"
        return _response(problem(error.status_code, detail, path=path), {"Allow": possible})
    return _response(problem(error.status_code, detail, path=path), error.headers)


def on_any_error(request: Request, error: Exception) -> Response[Problem]:
    """Answer 500 without internal details, which are logged under the request's identifier."""
    _note(request, error)
    structlog.get_logger().error("request_failed", method=request.method, path=_path(request), exc_info=error)
    return _response(problem(500, "The request failed; the log has its X-Request-ID.", path=_path(request)))


EXCEPTION_HANDLERS: Final = {
    MedcostError: on_domain_error,
    BadRequestFields: on_bad_fields,
    HTTPException: on_http_error,
    Exception: on_any_error,
}


def _note(request: Request, error: Exception) -> None:
    scope: Any = request.scope
    scope[ERROR] = type(error).__name__


def _response(content: Problem, headers: Mapping[str, str] | None = None) -> Response[Problem]:
    return Response(content, status_code=content.status, media_type=PROBLEM_JSON, headers=dict(headers or {}))
