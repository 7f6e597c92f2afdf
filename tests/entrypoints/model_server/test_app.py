"""What the model server does when it has too much to do."""

import asyncio
from functools import partial

import httpx
import pytest

from adapters.bentoml import labelled_rows, wire
from adapters.local.version_models import StoredVersions
from adapters.memory.loader import MemoryLoader
from adapters.memory.publisher import MemoryPublisher
from domain.costs.prediction import ModelReference
from domain.ports.loader import LoadedModel
from entrypoints.model_server.app import BinaryProtocol, ModelApp
from tests.support.default_schema import DEFAULT

ROOM = 3


class HangingModel(LoadedModel):
    """Names itself only when it may, and can do nothing else."""

    refused = ""

    def __init__(self):
        self.questions = asyncio.Queue()
        self.may_answer = asyncio.Event()

    async def model(self):
        self.questions.put_nowait("for its name")
        await self.may_answer.wait()
        return ModelReference(1, "d" * 64)

    async def predict(self, beneficiaries):
        raise NotImplementedError

    @property
    def schema(self):
        raise NotImplementedError

    async def predict_columns(self, facts, schema=None):
        raise NotImplementedError

    async def explain(self, beneficiary, of="expected"):
        raise NotImplementedError


@pytest.fixture
async def model():
    return HangingModel()


@pytest.fixture
async def http(model, tmp_path):
    protocol = BinaryProtocol(
        content_type=wire.CONTENT_TYPE,
        max_request=wire.MAX_REQUEST,
        decode_request=partial(wire.decode_request, schema=DEFAULT),
        encode_answer=wire.encode_answer,
        rows_type=labelled_rows.CONTENT_TYPE,
        encode_rows=labelled_rows.encode_rows,
    )
    versions = StoredVersions(MemoryPublisher(workspace=tmp_path), MemoryLoader(DEFAULT))
    app = ModelApp(model=model, protocol=protocol, schema=DEFAULT, versions=versions, most_at_once=ROOM)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://model") as client:
        yield client


@pytest.fixture
async def at_work(http, model):
    """As many requests as there is room for."""
    at_work = [asyncio.create_task(http.get("/v1/model")) for _ in range(ROOM)]
    for _ in at_work:
        await model.questions.get()
    return at_work


async def test_one_request_more_than_there_is_room_for_is_refused_at_once(http, model, at_work):
    for method, path in (("GET", "/v1/model"), ("POST", "/v1/predict"), ("POST", "/v1/explain")):
        async with asyncio.timeout(30):
            refused = await http.request(method, path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert f"{ROOM} requests are at work" in refused.json()["detail"]
    assert model.questions.empty()
    model.may_answer.set()
    assert {answer.status_code for answer in await asyncio.gather(*at_work)} == {200}


async def test_there_is_room_again_once_requests_are_answered(http, model, at_work):
    model.may_answer.set()
    await asyncio.gather(*at_work)
    assert (await http.get("/v1/model")).status_code == 200
