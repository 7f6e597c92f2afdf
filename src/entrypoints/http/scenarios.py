"""Bodies of what-if questions: a person, with a list of changes or with a grid over one or two facts."""

from __future__ import annotations

from itertools import product
from typing import Final

from domain.beneficiary import ANYBODY, FACTS, Beneficiary
from domain.errors import FieldError, InvalidBeneficiary
from entrypoints.http.decoding import json_object, names, person
from entrypoints.http.errors import BadRequestFields, pointed
from entrypoints.http.schemas import MOST_GRID_FACTS, MOST_VALUES, BadField

_MOST_CHANGES: Final = 100


def scenarios(body: bytes) -> tuple[Beneficiary, list[Beneficiary]]:
    """Read a person and their variants.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule of the person and of each change.
    """
    given = json_object(body)
    is_grid = "grid" in given and "changes" not in given
    errors = names(given, ("beneficiary", "grid" if is_grid else "changes"))
    facts, changes = given.get("beneficiary"), given.get("changes")
    if "beneficiary" in given and not isinstance(facts, dict):
        errors.append(BadField("/beneficiary", "type", "must be an object"))
    if is_grid:
        changes = _crossed(given["grid"], errors)
    elif "changes" in given and not (isinstance(changes, list) and 1 <= len(changes) <= _MOST_CHANGES):
        errors.append(BadField("/changes", "type", f"must be a list of 1 to {_MOST_CHANGES} changes"))
    if errors or not isinstance(changes, list):
        raise BadRequestFields(errors)
    base, variants = None, []
    try:
        base = person(facts, "/beneficiary")
    except BadRequestFields as bad:
        errors += bad.fields
    # each fact is checked by itself, so what is wrong with the person is not said again of each change
    others = base.as_facts() if base else ANYBODY
    for i, change in enumerate(changes):
        try:
            variants.append(person({**others, **change} if isinstance(change, dict) else change, f"/changes/{i}"))
        except BadRequestFields as bad:
            errors += bad.fields
    if base is None or errors:
        raise BadRequestFields(errors)
    return base, variants


def _crossed(grid: object, errors: list[BadField]) -> list[dict[str, object]]:
    """Give each combination of a grid's values; what is wrong with one is added to the errors, at its place."""
    if not isinstance(grid, dict) or not 1 <= len(grid) <= MOST_GRID_FACTS:
        errors.append(BadField("/grid", "type", "must give values for one fact, or for two"))
        return []
    unknown = [FieldError(name, "unknown", "is not a known field") for name in grid if name not in FACTS]
    errors += pointed(unknown, below="/grid")
    for name, values in grid.items():
        if name in FACTS and not (isinstance(values, list) and 1 <= len(values) <= MOST_VALUES):
            errors.append(BadField(f"/grid/{name}", "type", f"must be a list of 1 to {MOST_VALUES} values"))
        elif name in FACTS:
            errors += [wrong for i, value in enumerate(values) for wrong in _wrong(name, value, f"/grid/{name}/{i}")]
    if errors:
        return []
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _wrong(name: str, value: object, place: str) -> list[BadField]:
    try:
        Beneficiary.of({**ANYBODY, name: value})
    except InvalidBeneficiary as broken:
        return [BadField(place, error.code, error.detail) for error in broken.errors]
    return []
