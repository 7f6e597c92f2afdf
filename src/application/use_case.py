"""The decorator of use cases, which makes them frozen dataclasses whose fields are ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def use_case(cls: type[_T]) -> type[_T]:
    """Make a class a frozen, keyword-only dataclass of the ports that it names."""
    return dataclass(frozen=True, kw_only=True)(cls)
