"""A model folder inside MLflow: logged with a signature, never opened."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from adapters.mlflow.folders import FOLDER
from domain.costs.distribution import QUANTILE_LEVELS

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

    from domain.models.model import ModelCard, TrainedModel

CARD: Final = "card.json"


def log_model(client: MlflowClient, experiment: str, run: str, model: TrainedModel) -> LoggedModel:
    """Log a folder as a model of a run, with signature and card beside it.

    The flavour is our own: MLflow infers no requirements and loads nothing.
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
            flavors={"medcost": {"folder": FOLDER, "digest": model.digest}},
        )
        description.save(str(folder / "MLmodel"))
        client.log_model_artifacts(logged.model_id, workspace)
    return client.finalize_logged_model(logged.model_id, "READY")


def _signature(card: ModelCard) -> ModelSignature | None:
    """Describe a number for each fact in, and mean, 99 quantiles and chance of no cost out: all doubles.

    None where the card tells no facts.
    """
    if not card.facts:
        return None
    quantiles = [f"q{round(level * 100):02d}" for level in QUANTILE_LEVELS]
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.double, name) for name in card.facts]),
        outputs=Schema([ColSpec(DataType.double, name) for name in ("mean", *quantiles, "zero")]),
    )
