"""Findings of a diagnosis, with their remedies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.redaction import without_passwords


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of a part.

    Args:
        part: name of the part.
        state: the state of the part.
        detail: the observation, without passwords.
        remedy: what to do; empty if the part is well.
    """

    part: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", without_passwords(self.detail))
