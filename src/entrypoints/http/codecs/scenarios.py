"""Bodies of what-if requests: a person, with a list of changes or with a grid over one or two facts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from domain.errors import FieldError
from entrypoints.http.codecs.decoding import MOST_FIELDS, json_object, length_code, names
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema
    from entrypoints.http.codecs.people import PeopleReader

MOST_CHANGES: Final = 100
MOST_GRID_FACTS: Final = 2
MOST_VALUES: Final = 32
"""Most values of a fact in a grid."""


def scenarios(body: bytes, people: PeopleReader) -> tuple[Beneficiary, list[Beneficiary]]:
    """Read a person and their variants.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule of the person and of each change.
    """
    given = json_object(body)
    is_grid = "grid" in given and "changes" not in given
    beside = not is_grid and given.pop("grid", None) is not None
    errors = names(given, ("beneficiary", "grid" if is_grid else "changes"))
    if beside:
        errors.append(BadField("/grid", "unknown", "must not stand beside changes: send one of the two"))
    facts, changes = given.get("beneficiary"), given.get("changes")
    if "beneficiary" in given and not isinstance(facts, dict):
        errors.append(BadField("/beneficiary", "type", "must be an object"))
    if is_grid:
        changes = _crossed(given["grid"], people.schema, errors)
    elif "changes" in given and not (isinstance(changes, list) and 1 <= len(changes) <= MOST_CHANGES):
        errors.append(
            BadField("/changes", length_code(changes, list), f"must be a list of 1 to {MOST_CHANGES} changes")
        )
    if errors or not isinstance(changes, list):
        raise BadRequestFields(errors)
    base = None
    try:
        base = people.person(facts, "/beneficiary")
    except BadRequestFields as bad:
        errors += bad.fields
    # only changed facts are checked, so that mistakes of the person are not repeated for each change
    for i, change in enumerate(changes):
        errors += _wrong_change(change, people.schema, f"/changes/{i}")
    if base is None or errors:
        raise BadRequestFields(errors)
    return base, [base.changed(**change) for change in changes]


def _crossed(grid: object, schema: Schema, errors: list[BadField]) -> list[dict[str, object]]:
    """Yield each combination of a grid's values, and add the mistakes of values to the errors."""
    if not isinstance(grid, dict) or not 1 <= len(grid) <= MOST_GRID_FACTS:
        errors.append(BadField("/grid", length_code(grid, dict), "must give values for one fact, or for two"))
        return []
    errors += pointed(_unknown(grid, schema), below="/grid")
    for name, values in grid.items():
        if name in schema.by_name and not (isinstance(values, list) and 1 <= len(values) <= MOST_VALUES):
            detail = f"must be a list of 1 to {MOST_VALUES} values"
            errors.append(BadField(f"/grid/{name}", length_code(values, list), detail))
        elif name in schema.by_name:
            read = [schema.by_name[name].read(value) for value in values]
            errors += [
                BadField(f"/grid/{name}/{i}", wrong.code, wrong.detail)
                for i, wrong in enumerate(read)
                if isinstance(wrong, FieldError)
            ]
    if errors:
        return []
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _wrong_change(change: object, schema: Schema, place: str) -> list[BadField]:
    """Return the errors of a change of some facts."""
    if not isinstance(change, dict):
        return [BadField(place, "type", "must be an object")]
    if len(change) > MOST_FIELDS:
        detail = f"has {len(change)} fields, and the facts are {schema.width}"
        return [BadField(place, "unknown", detail)]
    read = [fact.read(change[fact.name]) for fact in schema.facts if fact.name in change]
    errors = [*_unknown(change, schema), *(value for value in read if isinstance(value, FieldError))]
    return list(pointed(errors, below=place))


def _unknown(given: dict[str, object], schema: Schema) -> list[FieldError]:
    return [FieldError(name, "unknown", "is not a known field") for name in given if name not in schema.by_name]
