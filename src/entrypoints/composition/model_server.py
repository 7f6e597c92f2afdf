"""Adapters of the model server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.bentoml import labelled_rows, wire
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.local.served_model import ServedModel
from adapters.local.version_models import StoredVersions
from entrypoints.composition.ledger import following_ledger
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import Settings, load, require_followable
from entrypoints.composition.sklearn_parts import sklearn_loader
from entrypoints.model_server.app import BinaryProtocol

if TYPE_CHECKING:
    from domain.people.schema import Schema
    from domain.ports.loader import ModelLoader
    from domain.ports.publisher import ModelPublisher


def served_model(settings: Settings | None = None) -> ServedModel:
    """Return the model that the home's pointer names; with ``follow=ledger`` it also updates the pointer.

    Without an argument, settings are read from the environment: BentoML passes no objects to its workers.

    Raises:
        ConfigurationError: if the ledger is to be followed and its database, or MLflow's server, is not named.
    """
    settings = settings or load()
    require_followable(settings)
    model_store = _model_store(settings)
    following = following_ledger(settings, model_store) if settings.follow == "ledger" else None
    return ServedModel(model_store, _loader(settings), following)


def stored_versions(settings: Settings | None = None) -> StoredVersions:
    """Return all versions in the home's model store."""
    settings = settings or load()
    return StoredVersions(_model_store(settings), _loader(settings))


def _model_store(settings: Settings) -> ModelPublisher:
    home = Home(settings.home)
    return BentoPublisher(home.bentoml, home.pointer)


def binary_protocol(schema: Schema) -> BinaryProtocol:
    """Return the server's side of the binary protocol whose client is `adapters.bentoml.predictor`."""
    return BinaryProtocol(
        content_type=wire.CONTENT_TYPE,
        max_request=wire.MAX_REQUEST,
        decode_request=partial(wire.decode_request, schema=schema),
        encode_answer=wire.encode_answer,
        rows_type=labelled_rows.CONTENT_TYPE,
        encode_rows=labelled_rows.encode_rows,
    )


def bentoml_environment() -> dict[str, str]:
    """Return BentoML's environment variables: its folder inside the home, and no usage reports to its makers."""
    return {"BENTOML_HOME": str(Home(load().home).bentoml), "BENTOML_DO_NOT_TRACK": "True"}


def _loader(settings: Settings) -> ModelLoader:
    if settings.profile == "memory":
        from adapters.memory.loader import MemoryLoader

        return MemoryLoader(home_schema(settings))
    return sklearn_loader()
