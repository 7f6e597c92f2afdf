"""A schema as the JSON that is stored beside a model or in a record, read back strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from domain.errors import MedcostError
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Roles, Schema, TodaysPrices

if TYPE_CHECKING:
    from collections.abc import Mapping

_Words = dict[str, str]


class InvalidSchemaDocument(MedcostError):
    """A document holds no schema. The message says what is wrong with it."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the document."""


class _Today(_Part, frozen=True):
    factor: float
    year: int
    source: _Words


class _Cost(_Part, frozen=True):
    column: str
    currency: str = "USD"
    year: int | None = None
    today: _Today | None = None


class _Roles(_Part, frozen=True):
    person: str | None = None
    weight: str | None = None
    exposure: str | None = None
    period: str | None = None
    audit: tuple[str, ...] = ()


class _Fact(_Part, frozen=True):
    name: str
    kind: Kind
    low: float | None = None
    high: float | None = None
    unit: str = ""
    unit_words: _Words = {}
    choices: tuple[str, ...] = ()
    may_be_missing: bool = False
    column: str = ""
    aliases: tuple[str, ...] = ()
    spellings: dict[str, tuple[str, ...]] = {}  # msgspec copies an empty default
    label: _Words = {}
    help: _Words = {}
    choice_labels: dict[str, _Words] = {}
    section: _Words = {}
    calculator: str = ""


class _Document(_Part, frozen=True, kw_only=True):
    name: str
    title: _Words = {}
    cost: _Cost
    facts: tuple[_Fact, ...]
    terms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    roles: _Roles = _Roles()


_decoder: Final = msgspec.json.Decoder(_Document)


def schema_to_json(schema: Schema) -> bytes:
    """Return a whole schema, words included, as JSON; `schema_of_json` reads it back."""
    document = msgspec.convert(schema, _Document, from_attributes=True)
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def schema_of_json(content: bytes) -> Schema:
    """Read a schema from what `schema_to_json` wrote.

    Raises:
        InvalidSchemaDocument: if the content is no such document.
        InvalidSchema: if the schema breaks rules.
    """
    try:
        document = _decoder.decode(content)
    except msgspec.DecodeError as error:
        message = f"a schema was expected, and this is none: {error}"
        raise InvalidSchemaDocument(message) from error
    parts: Mapping[str, Any] = {
        **msgspec.structs.asdict(document),
        "cost": _cost(document.cost),
        "facts": tuple(Fact(**msgspec.structs.asdict(fact)) for fact in document.facts),
        "roles": Roles(**msgspec.structs.asdict(document.roles)),
    }
    return Schema(**parts)


def _cost(cost: _Cost) -> CostColumn:
    today = TodaysPrices(**msgspec.structs.asdict(cost.today)) if cost.today else None
    return CostColumn(cost.column, cost.currency, cost.year, today)
