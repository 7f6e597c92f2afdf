"""Parts of a configuration that are decoded strictly: an unknown key or a value of another type is refused by name."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from domain.errors import ConfigurationError
from entrypoints.composition.refused_values import refusal

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class StrictPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of the configuration; unknown keys are refused."""


def decoded(values: Any, kind: type[Any], where: str) -> Any:
    """Convert plain values strictly; ``where`` is the dotted name that they stand under.

    Raises:
        ConfigurationError: for an unknown key or a value of the wrong type; the text names it.
    """
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        message = refusal(str(error), values, kind, where)
        raise ConfigurationError(message) from error
