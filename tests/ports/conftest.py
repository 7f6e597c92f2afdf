"""What the suites of several ports share."""

import pytest

from adapters.bentoml import pointer
from adapters.bentoml.publisher import BentoPublisher
from adapters.memory.loader import write_flat_model
from adapters.system.home import Home
from domain.prediction import ModelReference


@pytest.fixture(scope="session")
def model_server_address(tmp_path_factory, start_model_server):
    """Where a real model server answers with a flat model: version 4, 4,321 USD."""
    home = Home(tmp_path_factory.mktemp("served"))
    made = home.path / "made" / "medcost"
    model = ModelReference(4, write_flat_model(made, usd=4321))
    BentoPublisher(home.bentoml, home.pointer)._publish(model, made)  # a session fixture has no event loop
    pointer.write(home.pointer, model)
    return start_model_server(home.path)[0]
