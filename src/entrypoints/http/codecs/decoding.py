"""Bodies: what they may be, JSON in general, and the small ones that hold no person."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Final, NoReturn

from domain.costs.prediction import MOST_CHARGES
from domain.errors import FieldError
from entrypoints.http.errors import BadRequestFields, Malformed, UnsupportedMediaType, pointed
from entrypoints.http.schemas.jobs import LONGEST_REASON, REASON
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from collections.abc import Collection

    from litestar import Request

JSON: Final = "application/json"

_REASON: Final = re.compile(REASON)
MOST_FIELDS: Final = 100
"""Up to here each wrong field of a person is named."""
LARGEST: Final = 2**53
"""Up to here a float holds every whole number; no fact comes near."""


def media_type(request: Request, allowed: Collection[str]) -> str:
    """Give the body's media type.

    Raises:
        UnsupportedMediaType: if it is missing or none of those allowed, compressed, or not in UTF-8.
    """
    kind, parameters = request.content_type
    kind = kind.lower()
    if kind not in allowed:
        message = f"the body must be {' or '.join(allowed)}, not {kind or 'untyped'}"
        raise UnsupportedMediaType(message)
    if parameters.get("charset", "utf-8").strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
        message = "the body must be in UTF-8"
        raise UnsupportedMediaType(message)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "the body must not be compressed"
        raise UnsupportedMediaType(message)
    return kind


def charges(body: bytes, currency: str) -> float:
    """Read what a year really cost.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    given = json_object(body)
    errors = names(given, ("charges",))
    value = given.get("charges")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        if "charges" in given:
            errors.append(BadField("/charges", "type", f"must be a number of {currency}"))
    elif value < 0:
        errors.append(BadField("/charges", "range", "must not be negative"))
    elif value > MOST_CHARGES:
        errors.append(BadField("/charges", "range", f"must be at most {MOST_CHARGES:,.0f} {currency}"))
    elif not errors:
        return float(value)
    raise BadRequestFields(errors)


def reason(body: bytes) -> str | None:
    """Read why the champion is changed; None if nothing is said.

    Raises:
        Malformed: if there is a body, and it is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    if not body:
        return None
    given = json_object(body)
    errors = list(pointed(FieldError(name, "unknown", "is not a known field") for name in given if name != "reason"))
    said = given.get("reason")
    if "reason" in given and not isinstance(said, str):
        errors.append(BadField("/reason", "type", "must be a text"))
    elif isinstance(said, str) and not (len(said) <= LONGEST_REASON and _REASON.search(said)):
        rule = f"must be 1 to {LONGEST_REASON} characters that can be seen, without a space before them"
        errors.append(BadField("/reason", "range", rule))
    if errors:
        raise BadRequestFields(errors)
    return said.rstrip() if isinstance(said, str) else None


def json_object(body: bytes) -> dict[str, object]:
    """Read a JSON object.

    Raises:
        Malformed: naming the place, if it is not one.
    """
    given = json_value(body)
    if not isinstance(given, dict):
        message = "the body must be a JSON object"
        raise Malformed(message)
    return given


def json_value(body: bytes) -> object:
    """Read JSON as RFC 8259 has it and I-JSON (RFC 7493) narrows it: UTF-8, no duplicate names, no NaN.

    Raises:
        Malformed: naming the place.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_int=number,
            parse_float=number,
        )
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = "the body holds half of a surrogate pair"
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8 (byte {error.start})"
    except json.JSONDecodeError as error:
        what = "it is empty" if not body.strip() else error.msg
        message = f"the body is not JSON: {what} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        message = "the body is nested too deeply"
    else:
        return value
    raise Malformed(message)


def names(given: dict[str, object], known: tuple[str, ...]) -> list[BadField]:
    """Say which names of an object are not known, and which are missing."""
    unknown = [FieldError(name, "unknown", "is not a known field") for name in given if name not in known]
    missing = [FieldError(name, "missing", "is required") for name in known if name not in given]
    return list(pointed([*unknown, *missing]))


def number(text: str) -> int | float:
    """Read a number. JSON knows one kind only: 40.0 is the whole number 40, as JSON Schema has it."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < LARGEST else value


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"the body names {twice[:100]!r} twice in one object"
        raise Malformed(message)
    return read


def _no_constant(name: str) -> NoReturn:
    message = f"the body holds {name}, which is not JSON"
    raise Malformed(message)
