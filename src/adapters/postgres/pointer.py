"""The pointer to the served model, read from the ledger's last entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from adapters.postgres.engine import translated
from adapters.postgres.tables import MODEL_LEDGER
from domain.costs.prediction import ModelReference
from domain.ports.pointer import ModelPointer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_LAST: Final = select(MODEL_LEDGER.c.version, MODEL_LEDGER.c.digest).order_by(MODEL_LEDGER.c.number.desc()).limit(1)


class PostgresPointer(ModelPointer):
    """Reads the pointer from three columns of the ledger, for which its user needs rights."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def pointed_to(self) -> ModelReference | None:
        """Return version and digest of the last entry."""
        with translated():
            async with self._engine.connect() as connection:
                last = (await connection.execute(_LAST)).first()
        return None if last is None else ModelReference(*last)
