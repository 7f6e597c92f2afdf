"""Model folders that hold one figure: as good as any to see folders travel, and made in no time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.beneficiary import FACTS
from domain.cost import QUANTILE_LEVELS, Contribution, CostDistribution
from domain.errors import ModelRefused
from domain.manifest import MANIFEST, Manifest, sha256, verified
from domain.ports.loader import LoadedModel, ModelLoader
from domain.prediction import Caution, Estimate, Explanation, ModelReference, PeopleAlike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.beneficiary import Beneficiary

_COST = "cost.json"
_OLD = 64


@dataclass
class FlatModel(FailsOnRequest, LoadedModel):
    """Expects the same of everybody: ``usd`` a year, evenly spread from nothing to twice as much."""

    reference: ModelReference
    usd: float

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each, with a caution for those above 64 years."""
        self._fail_if_asked()
        cost = CostDistribution(self.usd, tuple(2 * self.usd * level for level in QUANTILE_LEVELS))
        old = (Caution("age_beyond_data", "age", f"Nobody above {_OLD} years was seen."),)
        return [Estimate(cost, old if who.age > _OLD else (), self.reference) for who in beneficiaries]

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
    """Loads folders written by `write_flat_model`."""

    def load(self, model: ModelReference, folder: Path) -> FlatModel:
        """Verify and load."""
        self._fail_if_asked()
        try:
            contents = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
        except OSError as error:
            message = f"the model folder cannot be read: {error.strerror}"
            raise ModelRefused(message) from error
        found = {name: sha256(content) for name, content in contents.items() if name != MANIFEST}
        verified(model.digest, contents.get(MANIFEST, b""), found)
        return FlatModel(model, float(json.loads(contents[_COST])["usd"]))


def write_flat_model(folder: Path, *, usd: float) -> str:
    """Write a folder that `MemoryLoader` loads, and return its digest."""
    folder.mkdir(parents=True)
    cost = json.dumps({"usd": usd}).encode()
    manifest = Manifest({_COST: sha256(cost)}, {}).to_bytes()
    (folder / _COST).write_bytes(cost)
    (folder / MANIFEST).write_bytes(manifest)
    return sha256(manifest)
