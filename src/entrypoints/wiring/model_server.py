"""What the model server is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.bentoml import wire
from adapters.bentoml.publisher import BentoPublisher
from adapters.system.home import Home
from adapters.system.served_model import ServedModel
from entrypoints.model_server.app import Hop
from entrypoints.wiring.settings import Settings, load

if TYPE_CHECKING:
    from domain.ports.loader import ModelLoader


def served_model(settings: Settings | None = None) -> ServedModel:
    """Give the model that follows the home's pointer.

    Without settings they are those of the environment: BentoML passes nothing on to its workers.
    """
    settings = settings or load()
    home = Home(settings.home)
    return ServedModel(BentoPublisher(home.bentoml, home.pointer), _loader(settings.profile))


def hop() -> Hop:
    """Give the server's end of the hop whose other end is `adapters.bentoml.predictor`."""
    return Hop(
        content_type=wire.CONTENT_TYPE,
        max_request=wire.MAX_REQUEST,
        decode_request=wire.decode_request,
        encode_answer=wire.encode_answer,
    )


def bentoml_environment() -> dict[str, str]:
    """Give what BentoML reads from the environment: its folder inside the home, and not to report to its makers."""
    return {"BENTOML_HOME": str(Home(load().home).bentoml), "BENTOML_DO_NOT_TRACK": "True"}


def _loader(profile: str) -> ModelLoader:
    if profile == "memory":
        from adapters.memory.loader import MemoryLoader

        return MemoryLoader()
    from adapters.sklearn.loader import SklearnLoader

    return SklearnLoader()
