"""Compare a data set with the rows that the served model learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.use_case import use_case
from domain.ports.dataset import ClaimsDataset
from domain.ports.drift import DriftMeter
from domain.ports.loader import ModelLoader
from domain.ports.publisher import ModelPublisher, served_folder

if TYPE_CHECKING:
    from domain.costs.prediction import ModelReference
    from domain.monitoring.drift import DriftReport


@dataclass(frozen=True, slots=True)
class DriftFromModel:
    """The drift of rows from the training data of a model."""

    model: ModelReference
    report: DriftReport


@use_case
class DetectDrift:
    """Compare a data set with the sample of training data in the champion's folder."""

    dataset: ClaimsDataset
    publisher: ModelPublisher
    loader: ModelLoader
    meter: DriftMeter

    async def __call__(self) -> DriftFromModel:
        """Compare with the model that the pointer names, by the cells that keep the contract.

        Raises:
            ClaimsRejected: if there is nothing that could be read as a table.
            NoChampion: if nothing was published yet.
            VersionNotFound: if its folder is not in the model store.
            ModelRefused: if its folder does not match its digest.
        """
        model, folder = await served_folder(self.publisher)
        reference = self.loader.reference(model, folder)
        return DriftFromModel(model, self.meter.measure(reference, self.dataset.readable()))
