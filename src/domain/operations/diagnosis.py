"""What a look at the parts found, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.redaction import without_passwords


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of a part. ``remedy`` says what to do unless all is well; no password is in the ``detail``."""

    part: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", without_passwords(self.detail))
