"""Parts of a configuration that are decoded strictly: an unknown key or a value of another type is refused by name."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from domain.errors import ConfigurationError

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
        what, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        full = ".".join(part for part in (where, place) if part)
        if choices := _choices_at(kind, place):
            what += f": choose one of {', '.join(choices)}"
        message = f"{full}: {what}" if full else what
        raise ConfigurationError(message) from error


def _choices_at(kind: type[Any], place: str) -> list[str]:
    """Return the words that are possible at a place below a type; none where others are, too."""
    info: Any = msgspec.inspect.type_info(kind)
    for name in place.split("."):
        info = next((field.type for field in getattr(info, "fields", ()) if field.encode_name == name), None)
    if isinstance(info, msgspec.inspect.EnumType):
        return sorted(str(member.value) for member in info.cls)
    return [str(value) for value in getattr(info, "values", ())]
