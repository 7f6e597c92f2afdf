"""Who may ask: API keys where they are required."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from domain.errors import KeyNotFound
from domain.keys import ApiKey, Role
from domain.ports.keys import ApiKeys

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.types import Guard

OPEN: Final = "open"
"""Handlers whose ``opt`` says so are answered without a key: health and documentation."""
ADMIN: Final = "admin"
"""Handlers whose ``opt`` says so ask for an admin's key."""


async def require_key(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request pass if its key allows it; the key is ``connection.auth`` from then on.

    Raises:
        NotAuthorizedException: if there is no key, or none that is known.
        PermissionDeniedException: if an admin's key is needed.
    """
    if handler.opt.get(OPEN):
        return
    secret = _secret(connection)
    if not secret:
        message = "send an API key as `Authorization: Bearer …` or `X-API-Key`"
        raise _unauthorized(message)
    keys: ApiKeys = await connection.state.dishka_container.get(ApiKeys)
    try:
        key = await keys.find(secret)
    except KeyNotFound as unknown:
        raise _unauthorized(str(unknown)) from None
    if handler.opt.get(ADMIN) and key.role is not Role.ADMIN:
        message = f"this needs an admin's key; {key.name!r} is a client's"
        raise PermissionDeniedException(message)
    connection.scope["auth"] = key


def guards(*, require_keys: bool) -> list[Guard]:
    """Give the guards of the API."""
    return [require_key] if require_keys else []


def caller(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Name the caller's key, empty where none is asked for: callers must not meet in their idempotency keys."""
    key = connection.scope.get("auth")
    return str(key.id) if isinstance(key, ApiKey) else ""


def author(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Name who changes something, for people: the key's name, or this machine where no key is asked for."""
    key = connection.scope.get("auth")
    return key.name if isinstance(key, ApiKey) else "loopback"


def _secret(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else connection.headers.get("x-api-key", "")


def _unauthorized(message: str) -> NotAuthorizedException:
    return NotAuthorizedException(message, headers={"WWW-Authenticate": "Bearer"})
