"""MLflow's server over plain HTTP, for processes that may not import MLflow: it takes seconds, and 200 MB."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx

from adapters.common.http_client import http_client
from domain.errors import NotFound, RegistryUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

NAME: Final = "medcost"
"""The registered model."""
_API: Final = "/api/2.0/mlflow/"
_SECONDS: Final = 5.0
"""Seconds to connect, and between two pieces of an answer."""


class MlflowServer:
    """A client of the server. Every method raises `RegistryUnavailable` if the server fails or does not answer.

    Args:
        address: ``http://mlflow:5000``.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    async def get(self, what: str, **about: str | int) -> Mapping[str, Any]:
        """Return an entity of MLflow's.

        Raises:
            NotFound: if there is none.
        """
        async with self._answer("GET", _API + what, params=about) as answer:
            return answer.json()

    async def post(self, what: str, body: Mapping[str, object]) -> None:
        """Change an entity of MLflow's.

        Raises:
            NotFound: if the entity does not exist.
        """
        async with self._answer("POST", _API + what, json=body):
            pass

    @asynccontextmanager
    async def file(self, number: int, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Read an artifact of a version, piece by piece; the server fetches it from its store.

        Raises:
            NotFound: if there is none.
        """
        where = {"name": NAME, "version": number, "path": path}
        async with self._answer("GET", "/model-versions/get-artifact", params=where, whole=False) as answer:
            yield answer.aiter_bytes()

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, *, whole: bool = True, **about: Any
    ) -> AsyncIterator[httpx.Response]:
        try:
            async with (
                http_client(self._address, timeout=_SECONDS) as client,
                client.stream(method, path, **about) as answer,
            ):
                if whole or not answer.is_success:
                    await answer.aread()
                _require(answer)
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = f"MLflow does not answer ({type(error).__name__}): see MEDCOST_TRACKING_URI"
            raise RegistryUnavailable(message, retry_after=5) from error


def _require(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    if answer.status_code == httpx.codes.NOT_FOUND:
        message = f"MLflow has no {answer.url.path}?{answer.url.query.decode()}"
        raise NotFound(message)
    message = f"MLflow answers {answer.status_code}: {answer.text[:200]}"
    raise RegistryUnavailable(message, retry_after=5)
