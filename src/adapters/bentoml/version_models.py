"""Answers of any version that is in a model server's store, over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from adapters.bentoml import wire
from adapters.bentoml.connection import BadAnswer
from adapters.bentoml.labelled_rows import decode_rows
from domain.errors import MedcostError, ModelRefused, PredictorUnavailable, VersionNotFound
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.bentoml.connection import ModelServer
    from domain.costs.prediction import ModelReference, Published
    from domain.monitoring.drift import Sample
    from domain.people.beneficiary import Beneficiary

_PART: Final = 256
"""Rows of one request: the server works on them for some ten milliseconds, which other requests may wait."""
_NOT_FOUND, _CONFLICT = 404, 409


class BentoVersionModels(VersionModels):
    """Gets answers from the model server, one request at a time: requests for estimates go first."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._turn = asyncio.Lock()

    async def publish(self, model: ModelReference, people: Sequence[Beneficiary]) -> Sequence[Published]:
        """Request the answers in parts."""
        published: list[Published] = []
        for start in range(0, len(people), _PART):
            part = people[start : start + _PART]
            body = await self._ask("POST", f"{_path(model)}/predict", wire.encode_request(part), wire.PUBLISHED_TYPE)
            try:
                published += wire.decode_published(body, len(part))
            except wire.MalformedFrame as error:
                message = f"the model server's answer cannot be read: {error}"
                raise PredictorUnavailable(message) from error
        return published

    async def rows(self, model: ModelReference) -> Sample:
        """Request all rows of a version, some thousand."""
        body = await self._ask("GET", f"{_path(model)}/rows")
        try:
            return decode_rows(body)
        except MedcostError as error:
            message = f"the model server's rows cannot be read: {error}"
            raise PredictorUnavailable(message) from error

    async def _ask(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
        try:
            async with self._turn, self._server.deadline():
                return await self._server.ask(method, path, body, content_type)
        except BadAnswer as error:
            if error.status == _NOT_FOUND:
                raise VersionNotFound(error.detail) from error
            if error.status == _CONFLICT:
                raise ModelRefused(error.detail) from error
            raise


def _path(model: ModelReference) -> str:
    return f"/v1/versions/{model.version}-{model.digest}"
