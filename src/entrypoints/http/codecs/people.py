"""People as JSON: a fast, strict path for valid input, and a slow path that reports all mistakes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import astuple

from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import NO, YES, Fact, Kind
from domain.people.people import People
from entrypoints.http.codecs.decoding import LARGEST, MOST_FIELDS, json_object
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Raw

    from domain.people.schema import Schema


class PeopleReader:
    """A reader of people by the facts of a schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._decode = msgspec.json.Decoder(_struct(schema), strict=True).decode
        self._quotes = self._quotes_of([fact.choices[0] if fact.choices else None for fact in schema.facts])
        self._open = any(fact.may_be_missing for fact in schema.facts)

    def read(self, body: bytes) -> Beneficiary:
        """Read a person.

        Raises:
            Malformed: if the body is not a JSON object.
            BadRequestFields: with every broken rule.
        """
        person = self.fast(body)
        return self.of_facts(json_object(body), "") if person is None else person

    def fast(self, text: bytes) -> Beneficiary | None:
        """Read a person whose values all have the declared types, choices by their names; None for all others.

        Objects with duplicate names, which msgspec accepts, are also left to the slow path: they have more quotes.
        """
        try:
            values = astuple(self._decode(text))
            quotes = text.count(b'"')
            if self._open:
                if quotes != self._quotes_of(values):
                    return None
                values = tuple([None if value is UNSET else value for value in values])
            # a person has at least the quotes of the required facts, so this comparison comes first
            elif quotes != self._quotes and quotes != self._quotes_of(values):
                return None
            return Beneficiary(self.schema, values)
        except (ValueError, RecursionError, InvalidBeneficiary):
            return None  # the slow path reports the mistakes and their places

    def fast_all(self, texts: Sequence[bytes | Raw]) -> People | None:
        """Read people as `fast` does; None where one of them is left to the slow path, or there is none."""
        try:
            rows = [astuple(self._decode(text)) for text in texts]
        except (ValueError, RecursionError):
            return None
        if not rows:
            return None
        # no object has fewer quotes than its facts, so none has more where the sums are equal
        quotes = b"".join(texts).count(b'"')
        usual = not self._open and quotes == self._quotes * len(rows)
        if not usual and quotes != sum(map(self._quotes_of, rows)):
            return None
        if self._open:
            rows = [tuple([None if value is UNSET else value for value in values]) for values in rows]
        return People.read(self.schema, rows)

    def person(self, facts: object, below: str) -> Beneficiary:
        """Read the facts of a person at a place in the body.

        Raises:
            BadRequestFields: with every broken rule, pointing below that place.
        """
        if not isinstance(facts, dict):
            raise BadRequestFields([BadField(below, "type", "must be an object")])
        return self.of_facts(facts, below)

    def of_facts(self, facts: dict[str, object], below: str) -> Beneficiary:
        """Read the facts of a person, see `person`."""
        if len(facts) > MOST_FIELDS:
            detail = f"has {len(facts)} fields, and the facts are {self.schema.width}"
            raise BadRequestFields([BadField(below, "unknown", detail)])
        try:
            return Beneficiary.of(self.schema, facts)
        except InvalidBeneficiary as broken:
            raise BadRequestFields(list(pointed(broken.errors, below=below))) from None

    def _quotes_of(self, values: Sequence[object]) -> int:
        """Return the number of quotes in an object with these facts: two around each name and each text."""
        return 2 * sum((value is not UNSET) + isinstance(value, str) for value in values)


def _struct(schema: Schema) -> type[msgspec.Struct]:
    """Return the struct type that msgspec decodes people to, with fields in the order of the facts."""
    fields: list[Any] = []
    for fact in schema.facts:
        kind = _type(fact)
        fields.append((fact.name, kind | None | UnsetType, UNSET) if fact.may_be_missing else (fact.name, kind))
    return msgspec.defstruct("BeneficiaryIn", fields, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False)


def _type(fact: Fact) -> Any:
    if fact.kind is Kind.CHOICE:
        return Literal[fact.choices]  # pyrefly: ignore[invalid-literal]  # a type made at run time
    if fact.kind is Kind.FLAG:
        return bool | Literal[YES, NO]  # pyrefly: ignore[not-a-type]  # as above
    low, high = fact.bounds
    if fact.kind is Kind.WHOLE:
        return Annotated[int, Meta(ge=math.ceil(max(low, 1 - LARGEST)), le=math.floor(min(high, LARGEST - 1)))]
    return float
