"""Schemas that several responses share; ``{currency}`` in descriptions is replaced by the installation's currency."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.people.fact import Value

if TYPE_CHECKING:
    from domain.costs.chance import Chance
    from domain.costs.prediction import Caution, ModelReference

Money = Annotated[float, Meta(description="{currency}, whole cents")]
Digest = Annotated[str, Meta(description="SHA-256 of the model's manifest")]
FactsOut = dict[str, Value]
"""The decoded facts of a person, in the order of the schema."""
Text = Annotated[str, Meta(description="For people")]


@cache
def facts_type(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return a type whose objects are encoded as `FactsOut` with these names, and made in less time."""
    return msgspec.defstruct("Facts", names, gc=False)


class IntervalOut(msgspec.Struct, frozen=True):
    """A range that contains the cost with probability ``level``, rounded outward."""

    level: Annotated[float, Meta(ge=0, le=1)]
    low: Money
    high: Money


class ChanceOut(msgspec.Struct, frozen=True):
    """Probabilities of a year's cost."""

    zero: Annotated[float, Meta(ge=0, le=1, description="That it costs nothing")]
    above: Annotated[
        float | UnsetType, Meta(description="That it costs more than the amount in `above`; left out without one")
    ] = UNSET

    @classmethod
    def of(cls, chance: Chance) -> ChanceOut:
        """Convert probabilities."""
        return cls(chance.zero, UNSET if chance.above is None else chance.above)


class WarningOut(msgspec.Struct, frozen=True):
    """A warning that the prediction is uncertain; ``field`` is empty if the combination of facts is rare."""

    code: str
    field: str
    detail: Text

    @classmethod
    def of(cls, caution: Caution) -> WarningOut:
        """Convert a caution."""
        return cls(caution.code, caution.field, caution.detail)


class ModelOut(msgspec.Struct, frozen=True):
    """The version and digest of the model that made the prediction."""

    version: int
    digest: Digest

    @classmethod
    def of(cls, model: ModelReference) -> ModelOut:
        """Convert a reference."""
        return cls(model.version, model.digest)


class AboutOut(msgspec.Struct, frozen=True):
    """Remarks on the figures: their unit, the training data with their year, and the intended use."""

    unit: Text
    data: Text
    notice: Text
