"""The model server's HTTP interface, as a plain ASGI application.

``POST /v1/predict`` (columns of numbers, see `BinaryProtocol`), ``POST /v1/explain`` (JSON), ``GET /v1/model``; for any
version in the model store ``POST /v1/versions/<number>-<digest>/predict`` and
``GET /v1/versions/<number>-<digest>/rows``.
Errors are ``{"detail": …}``: 4xx if the request is at fault, 503 with ``Retry-After`` while there is no model.
"""

from __future__ import annotations

import asyncio
import logging
import re
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from domain.costs.prediction import ModelReference
from domain.errors import InvalidInput, MedcostError, ModelRefused, Unavailable, VersionNotFound
from domain.people.beneficiary import Beneficiary
from domain.ports.loader import LoadedModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from domain.costs.estimate_columns import EstimateColumns
    from domain.costs.explanation import Explained
    from domain.monitoring.drift import Sample
    from domain.people.schema import Schema

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    _Route = Callable[[Scope, Receive], Awaitable[tuple[str, bytes]]]

_log = logging.getLogger(__name__)

_JSON: Final = "application/json"
_VERSION: Final = re.compile(r"/v1/versions/([0-9]{1,9})-([0-9a-f]{64})/(predict|rows)")
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_LONGEST_NAMES: Final = 2000
_STATUS: Final = {InvalidInput: 422, VersionNotFound: 404, ModelRefused: 409}
"""HTTP status by the type of an error; 400 for all others."""
_MAX_JSON: Final = 16_384
"""Most bytes of a JSON body: forty facts are smaller."""


class Serving(LoadedModel, Protocol):
    """A model in service."""

    @property
    @abstractmethod
    def refused(self) -> str:
        """Return why the model that the pointer names is not in service; empty if it is."""


class Versions(Protocol):
    """The versions in the model store."""

    @abstractmethod
    async def loaded(self, model: ModelReference) -> LoadedModel:
        """Load a version; raises `VersionNotFound` or `ModelRefused`."""

    @abstractmethod
    async def rows(self, model: ModelReference) -> Sample:
        """Return the sample of its training data that a version contains; raises as `loaded`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryProtocol:
    """The server's side of the binary protocol with the API.

    Args:
        content_type: content type of requests and responses.
        max_request: most bytes of a request.
        decode_request: decodes the people to estimate, one a row; raises `MedcostError` if the bytes are no request.
        encode_answer: encodes the estimates of a model, given the content type of the request.
        rows_type: content type of labelled rows.
        encode_rows: encodes labelled rows.
    """

    content_type: str
    max_request: int
    decode_request: Callable[[bytes], memoryview[float]]
    encode_answer: Callable[[EstimateColumns, str], bytes]
    rows_type: str
    encode_rows: Callable[[Sample], bytes]


class _Refusal(Exception):
    """An error response to a request."""

    def __init__(self, status: int, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after = retry_after


@dataclass
class ModelApp:
    """The ASGI application of a model server.

    Args:
        model: the model in service.
        protocol: the encoding of prediction requests and responses.
        schema: the facts of the people in requests.
        versions: all versions in the model store.
        most_at_once: most requests at a time; further requests get 503 at once instead of waiting in a queue.
    """

    model: Serving
    protocol: BinaryProtocol
    schema: Schema
    versions: Versions
    most_at_once: int = 128
    _at_work: int = field(default=0, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            content_type, body = await self._answer(scope, receive)
        except _Refusal as refusal:
            body = msgspec.json.encode({"detail": str(refusal)})
            await _respond(send, refusal.status, _JSON, body, refusal.retry_after)
        else:
            await _respond(send, 200, content_type, body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[str, bytes]:
        """Return the content type and the body of the response."""
        routes = {
            ("POST", "/v1/predict"): self._predict,
            ("POST", "/v1/explain"): self._explain,
            ("GET", "/v1/model"): self._name,
        }
        method, path = scope["method"], scope["path"]
        route = routes.get((method, path)) or self._route_of_version(method, path)
        if route is None:
            is_known_path = any(path == route_path for _, route_path in routes)
            raise _Refusal(405 if is_known_path else 404, f"there is no {method} {path} here")
        if self._at_work >= self.most_at_once:
            raise _Refusal(503, f"{self.most_at_once} requests are at work already", 1)
        self._at_work += 1
        try:
            answer = await route(scope, receive)
            if _log.isEnabledFor(logging.DEBUG):
                _log.debug("%s %s answered", method, path, extra={"requests": _requests(scope)})
        except Unavailable as error:
            _log.debug("%s %s: %s", method, path, error, extra={"requests": _requests(scope)})
            raise _Refusal(503, str(error), error.retry_after) from error
        except MedcostError as error:
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
            raise _Refusal(status, str(error)) from error
        except _Refusal:
            raise
        except Exception as error:
            _log.exception("%s %s failed", method, path, extra={"requests": _requests(scope)})
            raise _Refusal(500, f"the model failed: {type(error).__name__}") from error
        else:
            return answer
        finally:
            self._at_work -= 1

    def _route_of_version(self, method: str, path: str) -> _Route | None:
        named = _VERSION.fullmatch(path)
        if named is None or method != {"predict": "POST", "rows": "GET"}[named[3]]:
            return None
        model = ModelReference(int(named[1]), named[2])
        return partial(self._predict_by if named[3] == "predict" else self._rows_of, model)

    async def _predict(self, scope: Scope, receive: Receive) -> tuple[str, bytes]:
        return await self._estimates(self.model, scope, receive)

    async def _predict_by(self, model: ModelReference, scope: Scope, receive: Receive) -> tuple[str, bytes]:
        return await self._estimates(await self.versions.loaded(model), scope, receive)

    async def _estimates(self, model: LoadedModel, scope: Scope, receive: Receive) -> tuple[str, bytes]:
        protocol = self.protocol
        body = await _body(scope, receive, protocol.content_type, at_most=protocol.max_request)
        answer = await model.predict_columns(protocol.decode_request(body), self.schema)
        return protocol.content_type, protocol.encode_answer(answer, _content_type(scope))

    async def _rows_of(self, model: ModelReference, _scope: Scope, _receive: Receive) -> tuple[str, bytes]:
        rows = await self.versions.rows(model)
        return self.protocol.rows_type, await asyncio.to_thread(self.protocol.encode_rows, rows)

    async def _explain(self, scope: Scope, receive: Receive) -> tuple[str, bytes]:
        body = await _body(scope, receive, _JSON, at_most=_MAX_JSON)
        try:
            facts = msgspec.json.decode(body, type=dict[str, object])
        except msgspec.DecodeError as error:
            raise _Refusal(400, f"the facts cannot be read: {error}") from error
        person = Beneficiary.of(self.schema, facts)
        # clients of releases that explained only the expected cost send no ``of``
        of: Explained = "typical" if scope.get("query_string") == b"of=typical" else "expected"
        return _JSON, msgspec.json.encode(await self.model.explain(person, of))

    async def _name(self, _scope: Scope, _receive: Receive) -> tuple[str, bytes]:
        model = await self.model.model()
        named = {"version": model.version, "digest": model.digest, "refused": self.model.refused}
        return _JSON, msgspec.json.encode(named)


def _requests(scope: Scope) -> list[str]:
    """Return the identifiers of the API's requests that share this request."""
    given = dict(scope["headers"]).get(b"x-request-id", b"")[:_LONGEST_NAMES].decode("ascii", "replace")
    return [name for name in given.split(",") if _NAME.fullmatch(name)]


def _content_type(scope: Scope) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(b"content-type", b"").decode("latin-1")


async def _body(scope: Scope, receive: Receive, content_type: str, *, at_most: int) -> bytes:
    given = _content_type(scope).partition(";")[0].strip().lower()
    if given != content_type:
        raise _Refusal(415, f"the body must be {content_type}, not {given or 'without a type'}")
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refusal(400, "the client went away")
        part = message.get("body", b"")
        size += len(part)
        if size > at_most:
            raise _Refusal(413, f"the body must have at most {at_most} bytes")
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _respond(send: Send, status: int, content_type: str, body: bytes, retry_after: float | None = None) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", f"{max(1, round(retry_after))}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
