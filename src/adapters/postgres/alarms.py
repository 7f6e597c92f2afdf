"""Acknowledged alarms in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.engine import translated
from adapters.postgres.tables import ACKNOWLEDGEMENTS
from domain.monitoring.alarms import Acknowledgement
from domain.ports.alarms import Acknowledgements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine


class PostgresAcknowledgements(Acknowledgements):
    """Keeps a row for each alarm and its beginning."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, seen: Acknowledgement) -> None:
        """Insert an acknowledgement, if it is the first of its alarm."""
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(insert(ACKNOWLEDGEMENTS).on_conflict_do_nothing(), asdict(seen))

    async def all(self) -> Sequence[Acknowledgement]:
        """Return all acknowledgements, newest first."""
        column = ACKNOWLEDGEMENTS.c
        with translated():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(ACKNOWLEDGEMENTS).order_by(column.at.desc()))
                return [_acknowledgement(row) for row in rows.mappings()]


def _acknowledgement(row: Mapping[Any, Any]) -> Acknowledgement:
    return Acknowledgement(**row)
