"""What the model server is made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adapters.bentoml import labelled_rows, wire
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.local.served_model import ServedModel
from adapters.local.version_models import ShelfVersions
from entrypoints.composition.ledger import following_ledger
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import Settings, load, require_followable
from entrypoints.model_server.app import Hop

if TYPE_CHECKING:
    from domain.people.schema import Schema
    from domain.ports.loader import ModelLoader
    from domain.ports.publisher import ModelPublisher


def served_model(settings: Settings | None = None) -> ServedModel:
    """Give the model that follows the home's pointer, and lets that follow the ledger where the settings say so.

    Without settings they are those of the environment: BentoML passes nothing on to its workers.

    Raises:
        ConfigurationError: if the ledger is to be followed and its database, or MLflow's server, is not named.
    """
    settings = settings or load()
    require_followable(settings)
    shelf = _shelf(settings)
    following = following_ledger(settings, shelf) if settings.follow == "ledger" else None
    return ServedModel(shelf, _loader(settings), following)


def shelf_versions(settings: Settings | None = None) -> ShelfVersions:
    """Give all versions that lie on the home's shelf."""
    settings = settings or load()
    return ShelfVersions(_shelf(settings), _loader(settings))


def _shelf(settings: Settings) -> ModelPublisher:
    home = Home(settings.home)
    return BentoPublisher(home.bentoml, home.pointer)


def hop(schema: Schema) -> Hop:
    """Give the server's end of the hop whose other end is `adapters.bentoml.predictor`."""
    return Hop(
        content_type=wire.CONTENT_TYPE,
        max_request=wire.MAX_REQUEST,
        decode_request=partial(wire.decode_request, schema=schema),
        encode_answer=wire.encode_answer,
        rows_type=labelled_rows.CONTENT_TYPE,
        encode_rows=labelled_rows.encode_rows,
    )


def bentoml_environment() -> dict[str, str]:
    """Give what BentoML reads from the environment: its folder inside the home, and not to report to its makers."""
    return {"BENTOML_HOME": str(Home(load().home).bentoml), "BENTOML_DO_NOT_TRACK": "True"}


def _loader(settings: Settings) -> ModelLoader:
    if settings.profile == "memory":
        from adapters.memory.loader import MemoryLoader

        return MemoryLoader(home_schema(settings))
    from adapters.sklearn.loader import SklearnLoader

    return SklearnLoader()
