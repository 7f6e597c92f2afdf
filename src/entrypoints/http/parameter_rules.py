"""Broken rules of parameters in words for people: msgspec's messages name types of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from litestar.typing import FieldDefinition

_TYPES: Final = {
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
}
_EXPECTED: Final = re.compile(r"Expected `(\w+)[^`]*`(?: (of length )?(>=|<=) (\S+))?")
_OTHER_MESSAGES: Final = (
    ("Invalid UUID", "must be an identifier of 32 hexadecimal digits, such as the API gives"),
    ("Invalid RFC3339", "must be a time with its offset from UTC, such as 2026-01-31T12:00:00Z"),
    ("Number out of range", "must be a number that is not so large"),
)


class Rule(NamedTuple):
    """A broken rule: its code and what must hold."""

    code: str
    detail: str


def choices_of(arguments: Mapping[str, FieldDefinition], name: str) -> Sequence[str]:
    """Return the values that a parameter of a handler may have; none if it is no choice."""
    return list(_literals(arguments[name].annotation)) if name in arguments else []


def _literals(annotation: Any) -> Iterator[str]:
    """Yield the members of each `Literal` in an annotation."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _literals(part)


def rule_of(message: str, choices: Sequence[str] = ()) -> Rule:
    """Return the rule that a parameter breaks from msgspec's message, which does not name the choices.

    >>> rule_of("Expected `int`, got `str`"), rule_of("Expected `float` <= 1000000000.0")
    (Rule(code='type', detail='must be a whole number'), Rule(code='range', detail='must be at most 1,000,000,000'))
    >>> rule_of("Expected `str` of length <= 200").detail, rule_of("Something new - at `$.x`").detail
    ('must have at most 200 characters', 'something new')
    """
    if choices:
        return Rule("choice", f"must be {' or '.join(choices)}")
    for beginning, detail in _OTHER_MESSAGES:
        if message.startswith(beginning):
            return Rule("type", detail)
    expected = _EXPECTED.match(message)
    if expected is None or (not expected[3] and expected[1] not in _TYPES):
        text = message.split(" - at ", maxsplit=1)[0].replace("`", "")
        return Rule("type", text[:1].lower() + text[1:])
    if not expected[3]:
        return Rule("type", _TYPES[expected[1]])
    limit = f"{'at least' if expected[3] == '>=' else 'at most'} {float(expected[4]):,.15g}"
    return Rule("range", f"must have {limit} characters" if expected[2] else f"must be {limit}")
