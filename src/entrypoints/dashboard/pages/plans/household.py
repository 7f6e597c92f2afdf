"""A household and the plans it looks at, as a text that a browser keeps; what comes back is not trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.costs.plan import MOST_MEMBERS
from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.schema import Schema


class _Household(msgspec.Struct, forbid_unknown_fields=True):
    members: list[dict[str, object]]
    offered: list[bool]


def written(members: Sequence[Beneficiary], offered: Sequence[bool]) -> str:
    """Write down the members beside the person of the form, and which plans are shown."""
    return msgspec.json.encode(_Household([dict(who.as_facts()) for who in members], list(offered))).decode()


def read(text: str, schema: Schema, plans: int) -> tuple[list[Beneficiary], list[bool]] | None:
    """Read what `written` wrote; None for anything else, such as people of another schema.

    ``plans`` is how many plans there may be.
    """
    try:
        household = msgspec.json.decode(text, type=_Household)
        members = [Beneficiary.of(schema, facts) for facts in household.members]
    except (msgspec.DecodeError, InvalidBeneficiary):
        return None
    if len(members) >= MOST_MEMBERS or len(household.offered) != plans or not any(household.offered):
        return None
    return members, household.offered
