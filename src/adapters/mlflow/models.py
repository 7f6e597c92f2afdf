"""Model folders inside MLflow, logged with a signature and without loading them."""

from __future__ import annotations

import platform
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import AnyType

from adapters.mlflow.folders import FOLDER

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

    from domain.models.model import ModelCard, TrainedModel

CARD: Final = "card.json"
LOADER: Final = "entrypoints.composition.pyfunc"
"""The module by which ``mlflow.pyfunc.load_model`` loads a folder: by our own allow-list, never by pickle."""
ANSWERS: Final = ("expected", "typical", "low", "high")
"""Columns of the model's answers, in its currency."""


def log_model(client: MlflowClient, experiment: str, run: str, model: TrainedModel) -> LoggedModel:
    """Log a folder as a model of a run, with signature and card beside it.

    MLflow infers no requirements and loads nothing. Besides a flavour of our own the model has the flavour
    ``python_function``, by which a notebook predicts costs.
    """
    name = model.card.recipe.name
    tags = {"digest": model.digest, "family": model.card.recipe.family, "currency": model.card.currency}
    logged = client.create_logged_model(experiment, name=name, source_run_id=run, tags=tags, model_type="medcost")
    with tempfile.TemporaryDirectory() as workspace:
        folder = Path(workspace)
        shutil.copytree(model.folder, folder / FOLDER)
        (folder / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(model.card)))
        description = Model(
            artifact_path=logged.artifact_location,
            run_id=run,
            model_id=logged.model_id,
            signature=_signature(model.card),
            flavors={
                "medcost": {"folder": FOLDER, "digest": model.digest},
                "python_function": {
                    "loader_module": LOADER,
                    "data": FOLDER,
                    "python_version": platform.python_version(),
                },
            },
        )
        description.save(str(folder / "MLmodel"))
        client.log_model_artifacts(logged.model_id, workspace)
    return client.finalize_logged_model(logged.model_id, "READY")


def _signature(card: ModelCard) -> ModelSignature | None:
    """Describe the input, a column for each fact, and the output, columns of costs.

    Values may have any type: the model's schema reads spellings, and refuses values that break a rule. Return None
    where the card has no facts.
    """
    if not card.facts:
        return None
    return ModelSignature(
        inputs=Schema([ColSpec(AnyType(), name, required=False) for name in card.facts]),
        outputs=Schema([ColSpec(DataType.double, name) for name in ANSWERS]),
    )
