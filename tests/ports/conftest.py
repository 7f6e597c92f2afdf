"""What the suites of several ports share."""

import shutil
import socket

import pytest

from adapters.bentoml import pointer
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.explainer import BentoExplainer
from adapters.bentoml.predictor import BentoPredictor
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.clock import SystemClock
from adapters.local.home import Home
from adapters.local.served_model import ServedModel
from adapters.memory.loader import MemoryLoader
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.publisher import MemoryPublisher
from adapters.memory.sample import small_sample
from domain.costs.prediction import ModelReference
from domain.errors import PredictorUnavailable
from domain.models.model import FoldPlan, Provenance, Recipe
from tests.support.default_schema import DEFAULT


@pytest.fixture(scope="session")
def fitted(tmp_path_factory):
    """A linear model fitted by scikit-learn, in its folder."""
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, recipe, plan = SklearnTrainer(SystemClock()), Recipe(family="linear"), FoldPlan(n_repeats=1)
    claims = small_sample(DEFAULT)
    test = trainer.test(recipe, claims, plan)
    folder = tmp_path_factory.mktemp("fitted")
    return trainer.fit(recipe, claims, plan, Provenance(metric="mae"), test=test, into=folder)


@pytest.fixture(scope="session")
def model_server_address(tmp_path_factory, start_model_server, fitted):
    """Where a real model server answers with the fitted model, as version 4."""
    home = Home(tmp_path_factory.mktemp("served"))
    model = ModelReference(4, fitted.digest)
    BentoPublisher(home.bentoml, home.pointer)._publish(model, fitted.folder)  # a session fixture has no event loop
    pointer.write(home.pointer, model)
    return start_model_server(home.path, "embedded")[0]


@pytest.fixture(scope="session")
def mlflow_database(tmp_path_factory):
    """A fresh store's database: making one takes MLflow seconds."""
    from adapters.mlflow.store import MlflowStore

    folder = tmp_path_factory.mktemp("mlflow")
    assert MlflowStore(f"sqlite:///{folder}/mlflow.db", folder / "artifacts").client
    return folder / "mlflow.db"


@pytest.fixture
def mlflow_store(mlflow_database, tmp_path):
    """A tracking store of a test's own, in its `tmp_path`; the experiment is made when it is first asked."""
    from adapters.mlflow.store import MlflowStore

    shutil.copy(mlflow_database, tmp_path / "mlflow.db")
    return MlflowStore(f"sqlite:///{tmp_path}/mlflow.db", tmp_path / "artifacts")


@pytest.fixture(params=["memory", "in-process", "bentoml"])
async def answering(request, tmp_path):
    """A predictor and an explainer of one model, over each way to it."""
    if request.param == "memory":
        neighbours = NeighbourPredictor(small_sample(DEFAULT))
        yield neighbours, neighbours
    elif request.param == "in-process":
        from adapters.sklearn.loader import SklearnLoader

        fitted = request.getfixturevalue("fitted")
        model = ModelReference(1, fitted.digest)
        model_store = MemoryPublisher(workspace=tmp_path / "shelf")
        await model_store.publish(model, fitted.folder)
        await model_store.point_to(model)
        served = ServedModel(model_store, SklearnLoader())
        await served.refresh()
        yield served, served
    else:
        server = ModelServer(request.getfixturevalue("model_server_address"), deadline=30)
        yield BentoPredictor(server), BentoExplainer(server)
        await server.close()


@pytest.fixture(params=["memory", "in-process", "bentoml"])
async def unanswering(request, tmp_path):
    """A predictor and an explainer that can give no answer."""
    if request.param == "memory":
        neighbours = NeighbourPredictor(small_sample(DEFAULT))
        neighbours.failure = PredictorUnavailable("away")
        yield neighbours, neighbours
    elif request.param == "in-process":
        served = ServedModel(MemoryPublisher(workspace=tmp_path), MemoryLoader(DEFAULT))
        yield served, served
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        server = ModelServer(f"http://127.0.0.1:{port}", deadline=1)
        yield BentoPredictor(server), BentoExplainer(server)
        await server.close()
