"""Versions of models that answer in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.memory.faults import FailsOnRequest
from domain.costs.prediction import Published
from domain.errors import VersionNotFound
from domain.ports.version_models import VersionModels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.costs.prediction import ModelReference
    from domain.monitoring.drift import Sample
    from domain.people.beneficiary import Beneficiary
    from domain.ports.predictor import Predictor


@dataclass
class MemoryVersionModels(FailsOnRequest, VersionModels):
    """Keeps the versions that were added."""

    _versions: dict[ModelReference, tuple[Predictor, Sample]] = field(default_factory=dict)

    def add(self, model: ModelReference, predictor: Predictor, rows: Sample) -> None:
        """Add a version: the predictor that answers for it, and the rows that it learned from."""
        self._versions[model] = predictor, rows

    async def publish(self, model: ModelReference, people: Sequence[Beneficiary]) -> Sequence[Published]:
        """Return the published figures of the version's predictor."""
        predictor, _ = self._version(model)
        return [Published.of(estimate) for estimate in await predictor.predict(people)] if people else []

    async def rows(self, model: ModelReference) -> Sample:
        """Return the rows that were added with the version."""
        return self._version(model)[1]

    def _version(self, model: ModelReference) -> tuple[Predictor, Sample]:
        self._fail_if_asked()
        if model not in self._versions:
            message = f"version {model.version} ({model.digest[:12]}) is not held by this process"
            raise VersionNotFound(message)
        return self._versions[model]
