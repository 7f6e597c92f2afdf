"""Use cases on models and files that need no database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.local.home import Home
from application.costs.score_file import LoadServedModel, ScoreFile
from application.costs.score_folder import ScoreFolder, ShipModel
from application.monitoring.detect_drift import DetectDrift
from domain.errors import NoChampion
from entrypoints.composition.sklearn_parts import sklearn_loader, sklearn_trainer

if TYPE_CHECKING:
    from pathlib import Path

    from domain.models.model import TrainedModel
    from domain.models.scores import Scores
    from domain.people.claims import Claims
    from domain.ports.dataset import ClaimsDataset
    from domain.ports.executor import Executor
    from domain.ports.loader import ModelLoader
    from domain.ports.publisher import ModelPublisher
    from entrypoints.composition.settings import Settings


def score_model_folder(folder: Path, dataset: ClaimsDataset) -> tuple[TrainedModel, Scores, Claims]:
    """Score an unregistered model folder on rows with known costs, without a home or a database.

    Returns:
        The model, its scores, and the rows.

    Raises:
        ClaimsRejected: if the rows break the data contract.
        ModelRefused: if the folder is not what its own manifest lists, or may not be loaded.
    """
    from adapters.local.clock import SystemClock

    trainer = sklearn_trainer(SystemClock())
    from adapters.sklearn.storage import opened

    claims, model = dataset.read(), opened(folder)
    return model, trainer.score(model, claims), claims


def model_store(settings: Settings) -> tuple[ModelPublisher, ModelLoader]:
    """Return the model store of a home and the loader of its folders."""
    from adapters.bentoml.publisher import BentoPublisher

    home = Home(settings.home)
    return BentoPublisher(home.bentoml, home.pointer), sklearn_loader()


def drift_detector(settings: Settings, dataset: ClaimsDataset) -> DetectDrift:
    """Return the use case that compares rows with the training data of the served model.

    Raises:
        NoChampion: if nothing was published yet: said before libraries are loaded that take seconds.
    """
    if not Home(settings.home).pointer.exists():
        raise NoChampion
    from adapters.scipy.drift import ScipyDriftMeter

    publisher, loader = model_store(settings)
    return DetectDrift(dataset=dataset, publisher=publisher, loader=loader, meter=ScipyDriftMeter())


def load_served_model(settings: Settings) -> LoadServedModel:
    """Return the use case that loads the model that the home's pointer names."""
    publisher, loader = model_store(settings)
    return LoadServedModel(publisher=publisher, loader=loader)


def ship_model(settings: Settings) -> ShipModel:
    """Return the use case that sends the model to other machines."""
    publisher, loader = model_store(settings)
    return ShipModel(publisher=publisher, loader=loader)


def score_file() -> ScoreFile:
    """Return the use case that scores a single file."""
    from adapters.arrow.scoring_files import ArrowScoringFiles

    return ScoreFile(files=ArrowScoringFiles())


def score_folder(executor: Executor) -> ScoreFolder:
    """Return the use case that scores the files of a folder on an executor's workers."""
    from adapters.arrow.scoring_files import ArrowScoringFiles

    return ScoreFolder(files=ArrowScoringFiles(), executor=executor)
