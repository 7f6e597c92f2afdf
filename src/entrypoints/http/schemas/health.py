"""Response schemas of health checks."""

from __future__ import annotations

from typing import Literal

import msgspec

from entrypoints.http.schemas.common import ModelOut


class LiveOut(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"]
    version: str


class ServingOut(msgspec.Struct, frozen=True):
    """The process answers, and is not about to end."""

    status: Literal["serving"]


class ReadyOut(msgspec.Struct, frozen=True):
    """A test prediction was made by this model, and the database answered."""

    status: Literal["ready"]
    model: ModelOut
