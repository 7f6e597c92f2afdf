"""Bodies of requests for an explanation: a person, and which of the two estimates is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from domain.costs.explanation import FIGURES
from entrypoints.http.codecs.decoding import json_object
from entrypoints.http.errors import BadRequestFields
from entrypoints.http.schemas.problems import BadField

if TYPE_CHECKING:
    from domain.costs.explanation import Explained
    from domain.people.beneficiary import Beneficiary
    from entrypoints.http.codecs.people import PeopleReader

OF: Final = "of"


def to_explain(body: bytes, people: PeopleReader) -> tuple[Beneficiary, Explained]:
    """Read a person with an optional ``of`` beside the facts; by default the expected cost is explained.

    If the schema has a fact ``of``, the name means the fact.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    person = people.fast(body)
    if person is not None:
        return person, "expected"
    facts = json_object(body)
    of = facts.pop(OF, FIGURES[0]) if OF not in people.schema.by_name else FIGURES[0]
    errors = [] if of in FIGURES else [BadField(f"/{OF}", "choice", "must be expected or typical")]
    try:
        person = people.of_facts(facts, "")
    except BadRequestFields as bad:
        errors += bad.fields
    if person is None or errors:
        raise BadRequestFields(errors)
    return person, cast("Explained", of)
