"""Decoding of bodies: media types, strict JSON, and small bodies without people."""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8
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
"""Most wrong fields that are reported for a person."""
LARGEST: Final = 2**53
"""Largest range in which a float holds every whole number; the values of facts are far smaller."""


def media_type(request: Request, allowed: Collection[str]) -> str:
    """Return the media type of the body.

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
    refuse_compressed(request)
    return kind


def refuse_compressed(request: Request) -> None:
    """Refuse a body that is compressed.

    Raises:
        UnsupportedMediaType: if it is.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "the body must not be compressed"
        raise UnsupportedMediaType(message)


def charges(body: bytes, currency: str) -> float:
    """Read the observed charges of a year.

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
    """Read the reason for a change of the champion; None if the body is empty or has no reason.

    Raises:
        Malformed: if there is a body, and it is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    if not body:
        return None
    given = json_object(body)
    errors = list(pointed(FieldError(name, "unknown", "is not a known field") for name in given if name != "reason"))
    text = given.get("reason")
    if "reason" in given and not isinstance(text, str):
        errors.append(BadField("/reason", "type", "must be a text"))
    elif isinstance(text, str) and not (len(text) <= LONGEST_REASON and _REASON.search(text)):
        rule = f"must be 1 to {LONGEST_REASON} characters that can be seen, without a space before them"
        errors.append(BadField("/reason", "range", rule))
    if errors:
        raise BadRequestFields(errors)
    return text.rstrip() if isinstance(text, str) else None


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
    """Read JSON by RFC 8259, restricted by I-JSON (RFC 7493): UTF-8, no duplicate names, no NaN.

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
        if body.startswith(BOM_UTF8):
            what = "it begins with a byte order mark, so save it as UTF-8 without one"
        message = f"the body is not JSON: {what} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        message = "the body is nested too deeply"
    else:
        return value
    raise Malformed(message)


def names(given: dict[str, object], expected: tuple[str, ...]) -> list[BadField]:
    """Return an error for each unknown and each missing name of an object."""
    unknown = [FieldError(name, "unknown", "is not a known field") for name in given if name not in expected]
    missing = [FieldError(name, "missing", "is required") for name in expected if name not in given]
    return list(pointed([*unknown, *missing]))


def length_code(given: object, kind: type) -> str:
    """Return the code of the error that a collection of a wrong length is, or a value of another type."""
    return "range" if isinstance(given, kind) else "type"


def number(text: str) -> int | float:
    """Read a number; 40.0 is the whole number 40, as in JSON Schema, because JSON has only one type of number."""
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
