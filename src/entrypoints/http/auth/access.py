"""Authentication by API keys, and authorization by their roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, TooManyRequestsException

from domain.access.addresses import subscriber
from domain.access.callers import LOCAL, Caller
from domain.access.keys import ApiKey, Role
from domain.errors import KeyNotFound
from domain.ports.keys import ApiKeys
from entrypoints.http.middleware.limits import ADDRESS, KEY, RateLimit, spend, too_often

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.types import Scope

    from entrypoints.http.options import ApiOptions

OPEN: Final = "open"
"""Key of a handler's ``opt`` that allows requests without an API key: health and documentation."""
ADMIN: Final = "admin"
"""Key of a handler's ``opt`` that requires an admin's API key."""


@dataclass(frozen=True, slots=True)
class RequireKey:
    """A guard that checks the API key of a request and its rate limits; sets the key as ``connection.auth``."""

    limit: RateLimit | None

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Check the API key and the rate limits of a request.

        Raises:
            NotAuthorizedException: if there is no key, or none that is known.
            TooManyRequestsException: if the key asks too often.
            PermissionDeniedException: if an admin's key is needed.
        """
        if handler.opt.get(OPEN):
            return
        key = connection.scope.get("auth")
        # a request that `UsualPredictions` passed on to the handler was checked and counted already
        if not isinstance(key, ApiKey):
            key = await self._let_in(connection)
        if handler.opt.get(ADMIN) and key.role is not Role.ADMIN:
            message = f"this needs an admin's key; {key.name!r} is a {key.role.value}'s"
            raise PermissionDeniedException(message)
        connection.scope["auth"] = key

    async def _let_in(self, connection: ASGIConnection[Any, Any, Any, Any]) -> ApiKey:
        key = await _key(connection)
        if self.limit and (wait := spend(connection.scope, KEY, self.limit, Caller.of_key(key).owner)):
            detail, headers = too_often(wait)
            raise TooManyRequestsException(detail, headers=headers)
        return key


async def _key(connection: ASGIConnection[Any, Any, Any, Any]) -> ApiKey:
    secret = _secret(connection)
    if not secret:
        message = "send an API key as `Authorization: Bearer …` or `X-API-Key`"
        raise _unauthorized(message)
    keys: ApiKeys = await connection.state.dishka_container.get(ApiKeys)
    try:
        return await keys.find(secret)
    except KeyNotFound as unknown:
        raise _unauthorized(str(unknown)) from None


def guards(options: ApiOptions) -> list[RequireKey]:
    """Return the guards of the API."""
    return [RequireKey(options.key_limit)] if options.require_keys else []


def caller(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """Return the caller of a request by its key; without required keys, this machine."""
    return caller_in(connection.scope)


def caller_in(scope: Scope) -> Caller:
    """Return the caller of a request by its scope."""
    key = scope.get("auth")
    return Caller.of_key(key) if isinstance(key, ApiKey) else LOCAL


def shows_owner(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Return whether responses name the owner of a prediction: only to callers who see those of others."""
    key = connection.scope.get("auth")
    return isinstance(key, ApiKey) and Caller.of_key(key).sees_all


def spend_rows(connection: ASGIConnection[Any, Any, Any, Any], options: ApiOptions, rows: int) -> None:
    """Count each row of a request but the first against the rate limits; the request itself was counted already.

    Raises:
        TooManyRequestsException: if the key or the address asks too often; nothing has been worked on yet.
    """
    address = subscriber(connection.client.host) if connection.client else ""
    limits = ((KEY, options.key_limit, caller(connection).owner), (ADDRESS, options.address_limit, address))
    for policy, limit, name in limits:
        if limit and rows > 1 and (wait := spend(connection.scope, policy, limit, name, rows - 1)):
            detail, headers = too_often(wait)
            raise TooManyRequestsException(detail, headers=headers)


def author(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return the name of the author of a change: the key's name or, without required keys, this machine."""
    key = connection.scope.get("auth")
    return key.name if isinstance(key, ApiKey) else "loopback"


def _secret(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else connection.headers.get("x-api-key", "")


def _unauthorized(message: str) -> NotAuthorizedException:
    return NotAuthorizedException(message, headers={"WWW-Authenticate": "Bearer"})
