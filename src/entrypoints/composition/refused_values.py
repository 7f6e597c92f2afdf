"""A refused value of a configuration in words for people: msgspec's messages name types of Python, and no choices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import inspect

from domain.people.meaning import shown
from domain.people.numbers import exact

_STEP: Final = re.compile(r"\.\w+|\[\d+\]|\[\.\.\.\]")
_PLAIN: Final[Mapping[type, str]] = {
    inspect.BoolType: "true or false",
    inspect.StrType: "a text",
    inspect.NoneType: "null",
    inspect.DictType: "a mapping",
    inspect.StructType: "a mapping",
}
_LIMITS: Final = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
_KEYS: Final = (("Object contains unknown field", "there is no key"), ("Object missing required field", "is without"))


def refusal(message: str, values: Any, kind: Any, where: str) -> str:
    """Return which value is refused, and what may stand there.

    Args:
        message: msgspec's message.
        values: what was decoded.
        kind: the type that it was to be.
        where: the dotted name that the values stand under.
    """
    what, _, path = message.partition(" - at `$")
    steps, expected, value = _followed(_STEP.findall(path), values, kind)
    name = ".".join(filter(None, (where, *steps)))
    for theirs, ours in _KEYS:
        if what.startswith(theirs):
            return f"{name or 'the configuration'}: {ours}{what.removeprefix(theirs)}".replace("`", "")
    text = repr(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
    words = _words(inspect.type_info(expected))
    return f"{name} is {shown(text)}: {'choose' if words.startswith('one of') else 'give'} {words}"


def _followed(path: Sequence[str], value: Any, kind: Any) -> tuple[list[str], Any, Any]:
    """Follow the path of a message: return the names of its steps, the type that belongs there, and the value."""
    names: list[str] = []
    for step in path:
        if step == "[...]":  # of a mapping's keys, msgspec names none
            kind = get_args(kind)[1]
            name = next(key for key, inner in value.items() if not _fits(inner, kind))
            value = value[name]
        elif step.startswith("["):
            place, kinds = int(step[1:-1]), get_args(kind)
            kind, value, name = kinds[0 if kinds[-1] is Ellipsis else place], value[place], str(place + 1)
        else:
            name = step[1:]
            kind, value = _of_field(name, value, kind), value[name]
        names.append(name)
    return names, kind, value


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError:
        return False
    return True


def _of_field(name: str, value: Mapping[str, Any], kind: Any) -> Any:
    """Return the type of a part's field; where the part may be one of several, of the one that its tag names."""
    parts = {part.__struct_config__.tag: part for part in get_args(kind) or (kind,)}
    if value.get("kind") not in parts and None not in parts:
        # pyrefly: ignore[invalid-literal]  # the choices are known while the program runs
        return Literal[tuple(parts)]
    part = parts.get(value.get("kind")) or parts[None]
    return next(field.type for field in msgspec.structs.fields(part) if field.encode_name == name)


def _words(info: Any) -> str:
    """Return what values of a type are, for people."""
    match info:
        case inspect.LiteralType(values=values):
            words = f"one of {', '.join(map(_quoted, values))}"
        case inspect.EnumType(cls=choices):
            words = f"one of {', '.join(sorted(_quoted(choice.value) for choice in choices))}"
        case inspect.UnionType(types=kinds):
            words = " or ".join(map(_words, kinds))
        case inspect.VarTupleType(item_type=item):
            words = f"a list in brackets, each {_words(item)}"
        case inspect.TupleType(item_types=items):
            words = f"a list of {len(items)} in brackets, each {_words(items[0])}"
        case inspect.IntType():
            words = f"a whole number{_limits(info)}"
        case inspect.FloatType():
            words = f"a number{_limits(info)}"
        case _:
            words = _PLAIN.get(type(info), "another value")
    return words


def _quoted(choice: object) -> str:
    text = str(choice)
    return text if text.isidentifier() else repr(text)


def _limits(info: Any) -> str:
    limits = [(words, getattr(info, name)) for name, words in _LIMITS.items()]
    return " and".join(f" {words} {exact(limit)}" for words, limit in limits if limit is not None)
