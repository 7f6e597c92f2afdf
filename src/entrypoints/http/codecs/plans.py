"""Bodies of requests for comparisons of plans and for quotes of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from application.costs.pauses import Pauses
from domain.costs.group import ATTACHMENT, CORRIDOR, MOST_PEOPLE, GroupTerms
from domain.costs.plan import MOST_MEMBERS, MOST_PLANS, Plan
from domain.errors import InvalidInput, InvalidPlan
from entrypoints.http.codecs.decoding import MOST_FIELDS, json_object, length_code, names
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from domain.people.beneficiary import Beneficiary
    from entrypoints.http.codecs.people import PeopleReader

_TERMS: Final = ("attachment", "corridor")
_GROUP: Final = ("beneficiaries", *_TERMS)


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    """A group whose people are not yet checked."""

    beneficiaries: list[msgspec.Raw]
    attachment: float | UnsetType = UNSET
    corridor: float | UnsetType = UNSET


_DECODER: Final = msgspec.json.Decoder(_Group, strict=True)


def comparison(body: bytes, people: PeopleReader) -> tuple[list[Beneficiary], list[Plan]]:
    """Read a household and plans.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule of each person and each plan.
    """
    given = json_object(body)
    errors = names(given, ("beneficiaries", "plans"))
    members = _entries(given, "beneficiaries", MOST_MEMBERS, errors)
    read = _people(members, people, errors)
    plans: list[Plan] = []
    for place, plan in enumerate(_entries(given, "plans", MOST_PLANS, errors)):
        if not isinstance(plan, dict):
            errors.append(BadField(f"/plans/{place}", "type", "must be an object"))
            continue
        try:
            plans.append(Plan.of(plan))
        except InvalidPlan as broken:
            errors += pointed(broken.errors, below=f"/plans/{place}")
    if errors:
        raise BadRequestFields(_bounded(errors))
    return read, plans


async def group(body: bytes, people: PeopleReader) -> tuple[list[Beneficiary], GroupTerms]:
    """Read a group and the terms of its quote in slices, between which other requests proceed.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with broken rules of the terms and of each person, up to a hundred.
    """
    quick = await _quick(body, people)
    if quick:
        return quick
    given = json_object(body)
    errors = [error for error in names(given, _GROUP) if error.code == "unknown" or error.pointer == "/beneficiaries"]
    numbers: dict[str, Any] = {"attachment": ATTACHMENT, "corridor": CORRIDOR}
    for name in _TERMS:
        value = given.get(name, numbers[name])
        if isinstance(value, bool) or not isinstance(value, int | float):
            errors.append(BadField(f"/{name}", "type", "must be a number"))
        else:
            numbers[name] = value
    terms = GroupTerms()
    try:
        terms = GroupTerms(**numbers)
    except InvalidInput as broken:
        errors += pointed(broken.errors)
    members = _entries(given, "beneficiaries", MOST_PEOPLE, errors)
    read: list[Beneficiary] = []
    pause = Pauses()
    for place, facts in enumerate(members):
        read += _people([facts], people, errors, place)
        await pause()
    if errors:
        raise BadRequestFields(_bounded(errors))
    return read, terms


async def _quick(body: bytes, people: PeopleReader) -> tuple[list[Beneficiary], GroupTerms] | None:
    """Read a valid group; None for all others."""
    # a duplicate name is left to the slow path, which refuses it
    if any(body.count(f'"{name}"'.encode()) > 1 for name in _GROUP):
        return None
    try:
        given = _DECODER.decode(body)
        attachment = ATTACHMENT if isinstance(given.attachment, UnsetType) else given.attachment
        terms = GroupTerms(attachment, CORRIDOR if isinstance(given.corridor, UnsetType) else given.corridor)
    except (ValueError, RecursionError, InvalidInput):
        return None
    if not 1 <= len(given.beneficiaries) <= MOST_PEOPLE:
        return None
    read: list[Beneficiary] = []
    pause = Pauses()
    for text in given.beneficiaries:
        person = people.fast(bytes(text))
        if person is None:
            return None
        read.append(person)
        await pause()
    return read, terms


def _entries(given: dict[str, object], name: str, most: int, errors: list[BadField]) -> list[object]:
    """Return the entries of a list, and add its mistakes to the errors."""
    entries = given.get(name)
    if name not in given:
        return []
    if not isinstance(entries, list) or not 1 <= len(entries) <= most:
        errors.append(BadField(f"/{name}", length_code(entries, list), f"must be a list of 1 to {most:,} objects"))
        return []
    return entries


def _people(entries: list[object], people: PeopleReader, errors: list[BadField], first: int = 0) -> list[Beneficiary]:
    read: list[Beneficiary] = []
    for place, facts in enumerate(entries, start=first):
        try:
            read.append(people.person(facts, f"/beneficiaries/{place}"))
        except BadRequestFields as bad:
            errors += bad.fields
    return read


def _bounded(errors: list[BadField]) -> list[BadField]:
    more = len(errors) - MOST_FIELDS
    return errors if more <= 0 else [*errors[:MOST_FIELDS], BadField("", "unknown", f"{more:,} more rules are broken")]
