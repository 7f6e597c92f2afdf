"""Facts in the OpenAPI document: kinds, limits, choices, descriptions and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.costs.distribution import MOST_CHARGES
from domain.costs.explanation import FIGURES
from domain.costs.group import ATTACHMENT, CORRIDOR, MOST_PEOPLE
from domain.costs.plan import MOST_MEMBERS, MOST_PLANS
from domain.people.fact import NO, YES, Fact, Kind, in_language
from entrypoints.http.codecs.explanations import OF
from entrypoints.http.codecs.scenarios import MOST_CHANGES, MOST_GRID_FACTS, MOST_VALUES
from entrypoints.http.openapi.examples import example_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.people.schema import Schema

_OF: Final[dict[str, Any]] = {"enum": list(FIGURES), "default": FIGURES[0], "description": "Which cost is explained"}
_TERMS: Final[dict[str, Any]] = {
    "attachment": {
        "type": "number",
        "minimum": 0,
        "maximum": MOST_CHARGES,
        "default": ATTACHMENT,
        "description": "{currency} a year of one person above which specific stop-loss pays",
    },
    "corridor": {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": CORRIDOR,
        "description": "What aggregate stop-loss pays above, in expected costs",
    },
}
LANGUAGE: Final = "en"
"""Language of the document's texts."""
REF: Final = "#/components/schemas/{name}"
_TYPES: Final = {Kind.WHOLE: "integer", Kind.NUMBER: "number"}


def ref(name: str) -> dict[str, Any]:
    """Return the reference to a schema of the document."""
    return {"$ref": REF.format(name=name)}


class FactShapes:
    """The schemas that contain facts, and the filters of recorded predictions.

    Args:
        schema: which facts there are.
        taken: the names of all other shapes. Each choice becomes a shape of its own under its name in capitals, such
            as ``Region``; one whose name is taken is described wherever it stands instead.
    """

    def __init__(self, schema: Schema, taken: Collection[str]) -> None:
        self._schema = schema
        self._choices: dict[str, Fact] = {}
        for fact in schema.facts:
            name = fact.name.title().replace("_", "")
            if fact.kind is Kind.CHOICE and name not in taken:
                self._choices.setdefault(name, fact)
        self._names = {fact.name: name for name, fact in self._choices.items()}

    def components(self) -> dict[str, Any]:
        """Return the schemas by name."""
        read = {fact.name: self._value(fact, read=True) for fact in self._schema.facts}
        answered = {fact.name: self._value(fact, read=False) for fact in self._schema.facts}
        lists = {
            name: {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES}
            for name, value in read.items()
        }
        changes = {"type": "array", "items": ref("ChangeIn"), "minItems": 1, "maxItems": MOST_CHANGES}
        grid = {"minProperties": 1, "maxProperties": MOST_GRID_FACTS, **ref("GridIn")}
        required = [fact.name for fact in self._schema.facts if not fact.may_be_missing]
        person, plans = ref("BeneficiaryIn"), _list(ref("PlanIn"), MOST_PLANS)
        shapes = {
            "BeneficiaryIn": _object("The facts about one person", read, required),
            "ExplanationIn": _object("The facts about one person, and what is explained", {OF: _OF} | read, required),
            "ChangeIn": _object("The facts that differ; all others stay", read, []),
            "GridIn": _object("Values of one fact, or of two: each with each, the last changing fastest", lists, []),
            "ScenariosIn": _of_all("A person, and what might be otherwise", beneficiary=person, changes=changes),
            "GridScenariosIn": _of_all(
                "A person, and a grid of what might be otherwise", beneficiary=person, grid=grid
            ),
            "ComparisonIn": _of_all(
                "The people of a household, and plans", beneficiaries=_list(person, MOST_MEMBERS), plans=plans
            ),
            "GroupIn": _object(
                "The people of a group, and the terms of its quote",
                {"beneficiaries": _list(person, MOST_PEOPLE), **_TERMS},
                ["beneficiaries"],
            ),
            "BeneficiaryOut": _object("The facts as they were understood", answered, list(answered), closed=False),
        }
        choices = {name: self._own(fact, read=False) for name, fact in self._choices.items()}
        return {name: {"title": name, **shape} for name, shape in {**choices, **shapes}.items()}

    def filters(self) -> list[dict[str, Any]]:
        """Return the parameters by which recorded predictions are filtered."""
        return [
            {
                "name": fact.name,
                "in": "query",
                "required": False,
                "description": description_of(fact),
                "schema": {"enum": [YES, NO, "true", "false"]} if fact.kind is Kind.FLAG else self._choice(fact),
            }
            for fact in self._schema.filters
        ]

    def _value(self, fact: Fact, *, read: bool) -> dict[str, Any]:
        value = self._choice(fact) if fact.kind is Kind.CHOICE else self._own(fact, read=read)
        return {"anyOf": [value, {"type": "null"}]} if fact.may_be_missing else value

    def _choice(self, fact: Fact) -> dict[str, Any]:
        return ref(self._names[fact.name]) if fact.name in self._names else self._own(fact, read=False)

    def _own(self, fact: Fact, *, read: bool) -> dict[str, Any]:
        """Return the JSON schema of a fact; requests may also spell true and false as words."""
        about: dict[str, Any] = {"description": description_of(fact), "examples": [example_of(fact)]}
        if fact.kind is Kind.CHOICE:
            return about | {"type": "string", "enum": list(fact.choices)}
        if fact.kind is Kind.FLAG:
            flag = {"type": "boolean"}
            return about | ({"anyOf": [flag, {"enum": [YES, NO]}]} if read else flag)
        limits = {"minimum": fact.low, "maximum": fact.high}
        return about | {"type": _TYPES[fact.kind]} | {key: limit for key, limit in limits.items() if limit is not None}


def description_of(fact: Fact) -> str:
    """Return the description of a fact: its label, unit and help text.

    >>> description_of(Fact(name="bmi", kind=Kind.NUMBER, unit="kg/m²", label={"en": "Body mass index"}))
    'Body mass index, kg/m²'
    """
    label, more = in_language(fact.label, LANGUAGE, fact.name), in_language(fact.help, LANGUAGE)
    return label + (f", {fact.unit}" if fact.unit else "") + (f". {more}" if more else "")


def _object(
    description: str, properties: dict[str, Any], required: list[str], *, closed: bool = True
) -> dict[str, Any]:
    shape = {"description": f"{description}.", "type": "object", "properties": properties, "required": required}
    return shape | ({"additionalProperties": False} if closed else {})


def _of_all(description: str, **properties: Any) -> dict[str, Any]:
    return _object(description, properties, list(properties))


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}
