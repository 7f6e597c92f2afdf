"""Models of one distribution for everybody, in folders that are quick to make."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Final

from adapters.common.model_folder import verified_contents
from adapters.memory.faults import FailsOnRequest
from domain.costs.distribution import QUANTILE_LEVELS, CostDistribution
from domain.costs.explanation import Contribution, Explained, Explanation, PeopleAlike
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.errors import ModelRefused
from domain.models.manifest import MANIFEST, Manifest, sha256
from domain.monitoring.drift import Sample
from domain.ports.loader import LoadedModel, ModelLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

_COST: Final = "cost.json"


@dataclass
class FlatModel(FailsOnRequest, LoadedModel):
    """Answers everybody with the same distribution."""

    reference: ModelReference
    cost: CostDistribution
    learned_with: Schema

    @property
    def schema(self) -> Schema:
        """Return the schema of the people who are asked about."""
        return self.learned_with

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each, with a caution for those whose first number lies in the upper half of its range."""
        self._fail_if_asked()
        return [Estimate(self.cost, tuple(self._cautions(who)), self.reference) for who in beneficiaries]

    async def model(self) -> ModelReference:
        """Return the model's reference."""
        self._fail_if_asked()
        return self.reference

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Explain an answer: all contributions are zero."""
        self._fail_if_asked()
        (estimate,) = await self.predict([beneficiary])
        cost = estimate.cost
        nothing = tuple(Contribution(fact, 0.0) for fact in self.schema.names)
        return Explanation(
            cost.expected if of == "expected" else cost.typical,
            nothing,
            cost.expected,
            PeopleAlike(0, 0, None, None, None),
            self.reference,
            typical=cost.typical,
            of=of,
        )

    def _cautions(self, who: Beneficiary) -> Iterator[Caution]:
        for fact in self.schema.numeric[:1]:
            middle, value = sum(fact.bounds) / 2, who[fact.name]
            if isinstance(value, int | float) and value > middle:
                yield Caution(f"{fact.name}_beyond_data", fact.name, f"Nobody above {middle:g} {fact.unit} was seen.")


@dataclass
class MemoryLoader(FailsOnRequest, ModelLoader):
    """Loads folders written by `write_cost`.

    Args:
        schema: the schema of the people who are asked about.
    """

    schema: Schema

    def load(self, model: ModelReference, folder: Path) -> FlatModel:
        """Verify and load."""
        self._fail_if_asked()
        return FlatModel(model, read_cost(folder, model.digest), self.schema)

    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Verify the folder, and return no rows: a flat model learns from nobody."""
        self._fail_if_asked()
        read_cost(folder, model.digest)
        return Sample(self.schema, [])


def read_cost(folder: Path, digest: str) -> CostDistribution:
    """Verify a folder and read the distribution that it holds.

    Raises:
        ModelRefused: if the folder is not what the digest promises, or holds no distribution.
    """
    _, contents = verified_contents(folder, digest)
    try:
        cost = json.loads(contents[_COST])
        # folders of releases before there was a chance of no cost have none
        return CostDistribution(float(cost["mean"]), tuple(cost["quantiles"]), float(cost.get("zero", nan)))
    except (KeyError, TypeError, ValueError) as error:
        message = f"the model folder holds no distribution: {error}"
        raise ModelRefused(message) from error


def write_flat_model(folder: Path, *, usd: float) -> str:
    """Write a model that expects ``usd`` a year, evenly spread from nothing to twice as much; return its digest."""
    return write_cost(folder, CostDistribution(usd, tuple(2 * usd * level for level in QUANTILE_LEVELS)))


def write_cost(folder: Path, cost: CostDistribution) -> str:
    """Write a folder that `MemoryLoader` loads, and return its digest."""
    folder.mkdir(parents=True)
    content = json.dumps({"mean": cost.mean, "quantiles": cost.quantiles, "zero": cost.zero}).encode()
    manifest = Manifest({_COST: sha256(content)}, {}).to_bytes()
    (folder / _COST).write_bytes(content)
    (folder / MANIFEST).write_bytes(manifest)
    return sha256(manifest)
