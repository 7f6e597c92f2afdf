"""API keys: who may ask, and who may change what is served."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Role(StrEnum):
    """What a key allows: clients ask and review, admins also promote, roll back and erase."""

    CLIENT = "client"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known at rest: never the secret itself, only its SHA-256 (hex)."""

    id: UUID
    name: str
    role: Role
    secret_sha256: str
    created_at: datetime
    revoked_at: datetime | None = None
