"""Model folders that hold one distribution: as good as any to see folders travel, and made in no time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.memory.faults import FailsOnRequest
from domain.beneficiary import FACTS
from domain.cost import QUANTILE_LEVELS, Contribution, CostDistribution
from domain.drift import Sample
from domain.errors import ModelRefused
from domain.manifest import MANIFEST, Manifest, sha256, verified
from domain.ports.loader import LoadedModel, ModelLoader
from domain.prediction import Caution, Estimate, Explanation, ModelReference, PeopleAlike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.beneficiary import Beneficiary

_COST: Final = "cost.json"
_OLD = 64


@dataclass
class FlatModel(FailsOnRequest, LoadedModel):
    """Expects the same of everybody."""

    reference: ModelReference
    cost: CostDistribution

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each, with a caution for those above 64 years."""
        self._fail_if_asked()
        old = (Caution("age_beyond_data", "age", f"Nobody above {_OLD} years was seen."),)
        return [Estimate(self.cost, old if who.age > _OLD else (), self.reference) for who in beneficiaries]

    async def model(self) -> ModelReference:
        """Name it."""
        self._fail_if_asked()
        return self.reference

    async def explain(self, beneficiary: Beneficiary) -> Explanation:
        """Explain: no fact moves anything."""
        self._fail_if_asked()
        (estimate,) = await self.predict([beneficiary])
        cost = estimate.cost
        nothing = tuple(Contribution(fact, 0.0) for fact in FACTS)
        return Explanation(cost.expected, nothing, cost.expected, PeopleAlike(0, 0, None, None, None), self.reference)


class MemoryLoader(FailsOnRequest, ModelLoader):
    """Loads folders written by `write_cost`."""

    def load(self, model: ModelReference, folder: Path) -> FlatModel:
        """Verify and load."""
        self._fail_if_asked()
        return FlatModel(model, read_cost(folder, model.digest))

    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Verify, and give nothing: a flat model learnt from nobody."""
        self._fail_if_asked()
        read_cost(folder, model.digest)
        return Sample([])


def read_cost(folder: Path, digest: str) -> CostDistribution:
    """Verify a folder and read the distribution that it holds.

    Raises:
        ModelRefused: if the folder is not what the digest promises, or holds no distribution.
    """
    try:
        contents = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    except OSError as error:
        message = f"the model folder cannot be read: {error.strerror}"
        raise ModelRefused(message) from error
    found = {name: sha256(content) for name, content in contents.items() if name != MANIFEST}
    verified(digest, contents.get(MANIFEST, b""), found)
    try:
        cost = json.loads(contents[_COST])
        return CostDistribution(float(cost["mean"]), tuple(cost["quantiles"]))
    except (KeyError, TypeError, ValueError) as error:
        message = f"the model folder holds no distribution: {error}"
        raise ModelRefused(message) from error


def write_flat_model(folder: Path, *, usd: float) -> str:
    """Write a model that expects ``usd`` a year, evenly spread from nothing to twice as much; return its digest."""
    return write_cost(folder, CostDistribution(usd, tuple(2 * usd * level for level in QUANTILE_LEVELS)))


def write_cost(folder: Path, cost: CostDistribution) -> str:
    """Write a folder that `MemoryLoader` loads, and return its digest."""
    folder.mkdir(parents=True)
    content = json.dumps({"mean": cost.mean, "quantiles": cost.quantiles}).encode()
    manifest = Manifest({_COST: sha256(content)}, {}).to_bytes()
    (folder / _COST).write_bytes(content)
    (folder / MANIFEST).write_bytes(manifest)
    return sha256(manifest)
