"""The ledger's head as a tag of the registered model on MLflow's server: another database, by other credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from adapters.mlflow.server import NAME, MlflowServer
from domain.errors import LedgerBroken, NotFound
from domain.models.ledger import Head
from domain.ports.witness import LedgerWitness

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG: Final = "ledger_head"


class MlflowWitness(LedgerWitness):
    """Keeps the head in a tag, which all processes that reach the server share. The API may not import MLflow."""

    def __init__(self, server: MlflowServer) -> None:
        self._server = server

    async def head(self) -> Head | None:
        """Read the tag."""
        try:
            answer = await self._server.get("registered-models/get", name=NAME)
        except NotFound:
            return None
        tag_value = next(
            (tag["value"] for tag in answer["registered_model"].get("tags", ()) if tag["key"] == _TAG), None
        )
        try:
            return None if tag_value is None else msgspec.json.decode(tag_value, type=Head)
        except msgspec.DecodeError as error:
            message = f"MLflow's tag {_TAG} of the model {NAME}, the ledger's head, cannot be read: {error}"
            raise LedgerBroken(message) from error

    async def keep(self, head: Head) -> None:
        """Set the tag."""
        tag = {"name": NAME, "key": _TAG, "value": msgspec.json.encode(head).decode()}
        try:
            await self._set(tag)
        except NotFound:  # before the first version was registered
            await self._server.post("registered-models/create", {"name": NAME})
            await self._set(tag)

    async def _set(self, tag: Mapping[str, object]) -> None:
        await self._server.post("registered-models/set-tag", tag)
