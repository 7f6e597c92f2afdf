"""Compare a data set with the rows that the served model learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.drift import Sample
from domain.errors import NoChampion
from domain.ports.dataset import ClaimsDataset
from domain.ports.drift import DriftMeter
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher

if TYPE_CHECKING:
    from domain.drift import DriftReport
    from domain.prediction import ModelReference


@dataclass(frozen=True, slots=True)
class DriftFromModel:
    """How far rows differ from those behind a model."""

    model: ModelReference
    report: DriftReport


@use_case
class DetectDrift:
    """Compare a data set with the champion's training data, as its folder keeps a sample of them."""

    dataset: ClaimsDataset
    publisher: ModelPublisher
    loader: ModelLoader
    meter: DriftMeter

    async def __call__(self) -> DriftFromModel:
        """Compare with the model that the pointer names.

        Raises:
            ClaimsRejected: if the data break the contract.
            NoChampion: if nothing was published yet.
            VersionNotFound: if its folder is not on the shelf.
            ModelRefused: if its folder does not match its digest.
        """
        model = await self.publisher.pointed_to()
        if model is None:
            message = "no champion to compare with"
            raise NoChampion(message)
        reference = self.loader.reference(model, await self.publisher.folder(model))
        claims = self.dataset.read()
        current = Sample(claims.facts, {"charges": claims.charges})
        return DriftFromModel(model, self.meter.measure(reference, current))
