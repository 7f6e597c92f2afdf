"""The real BentoML service in a process of its own, with flat models in its store."""

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import psutil
import pytest

from adapters.bentoml import wire
from adapters.bentoml.connection import ModelServer
from adapters.bentoml.predictor import BentoPredictor
from adapters.bentoml.publisher import BentoPublisher
from adapters.local.home import Home
from adapters.memory.loader import write_flat_model
from domain.costs.prediction import ModelReference
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from entrypoints.model_server.main import listen_unix
from tests.support.default_schema import DEFAULT
from tests.support.waiting import until

ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
question = wire.encode_request([ann])
COLUMNS = {"content-type": wire.CONTENT_TYPE}
JSON = {"content-type": "application/json"}


class Served:
    """A home with a model server, and the next version number to publish."""

    def __init__(self, home, start):
        self.home = Home(home)
        self.publisher = BentoPublisher(self.home.bentoml, self.home.pointer)
        self.address, self.process = start(home)
        self.versions = 0

    async def publish(self, *, spoil=False):
        self.versions += 1
        folder = self.home.path / f"made-{self.versions}"
        model = ModelReference(self.versions, write_flat_model(folder, usd=100.0 * self.versions))
        await self.publisher.publish(model, folder)
        if spoil:
            (await self.publisher.folder(model) / "cost.json").write_bytes(b'{"usd": 1.0}')
        await self.publisher.point_to(model)
        return model


async def answered(http, condition):
    async with asyncio.timeout(60):
        while True:
            answer = await http.get("/v1/model")
            if condition(answer):
                return answer
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def served(tmp_path_factory, start_model_server):
    return Served(tmp_path_factory.mktemp("home"), start_model_server)


@pytest.fixture
async def http(served):
    async with httpx.AsyncClient(base_url=served.address, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
async def model(served, http):
    """The model in service."""
    model = await served.publish()
    await answered(http, lambda answer: answer.is_success and answer.json()["version"] == model.version)
    return model


async def test_without_a_model_it_is_alive_and_not_ready(http):
    assert (await http.get("/livez")).status_code == 200
    for path in ("/readyz", "/v1/model"):
        assert (await http.get(path)).status_code == 503
    refused = await http.post("/v1/predict", content=question, headers=COLUMNS)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


async def test_with_a_model_it_is_ready_and_names_it(http, model):
    assert (await http.get("/readyz")).status_code == 200
    named = (await http.get("/v1/model")).json()
    assert named == {"version": model.version, "digest": model.digest, "refused": ""}


async def test_the_pointer_moves_under_requests_and_none_fails(served, model):
    server = ModelServer(served.address, deadline=30)
    predictor = BentoPredictor(server)
    seen: list[int] = []

    async def keep_asking():
        while not seen or seen[-1] != model.version + 1:
            (estimate,) = await predictor.predict([ann])
            assert estimate.cost.expected == 100.0 * estimate.model.version
            seen.append(estimate.model.version)

    asking = [asyncio.create_task(keep_asking()) for _ in range(4)]
    await served.publish()
    async with asyncio.timeout(60):
        await asyncio.gather(*asking)
    await server.close()
    assert set(seen) == {model.version, model.version + 1}


async def test_a_changed_byte_is_refused_and_the_old_model_keeps_serving(served, http, model):
    await served.publish(spoil=True)
    status = await answered(http, lambda answer: answer.json()["refused"])
    assert status.json()["version"] == model.version
    assert "cost.json changed" in status.json()["refused"]
    answer = await http.post("/v1/predict", content=question, headers=COLUMNS)
    assert wire.decode_answer(answer.content, 1)[0].model == model


@pytest.mark.parametrize(
    ("path", "content", "headers", "status"),
    [
        ("/v1/predict", question, JSON, 415),
        ("/v1/predict", b"", COLUMNS, 400),
        ("/v1/predict", question[:-1], COLUMNS, 400),
        ("/v1/predict", question + b"x", COLUMNS, 400),
        ("/v1/predict", question[:-8] + b"\xff" * 8, COLUMNS, 422),
        ("/v1/predict", question[:-48] + b"\0" * 48, COLUMNS, 422),
        ("/v1/predict", b"x" * (wire.MAX_REQUEST + 1), COLUMNS, 413),
        ("/v1/explain", b'{"age": 40', JSON, 400),
        ("/v1/explain", b'{"age": 40}', JSON, 422),
        ("/v1/explain", b"[1]", JSON, 400),
        ("/v1/explain", b" " * 20_000, JSON, 413),
        ("/v1/nothing", b"", JSON, 404),
        ("/v1/model", b"", JSON, 405),
        ("/", b"", JSON, 404),
    ],
)
async def test_a_request_at_fault_is_told_so(http, path, content, headers, status):
    answer = await http.post(path, content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_there_is_no_start_page_that_calls_home(http):
    assert (await http.get("/")).status_code == 404


def test_it_ends_soon_and_cleanly_on_sigterm(tmp_path, start_model_server):
    address, process = start_model_server(tmp_path)
    httpx.get(f"{address}/livez", timeout=60)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == -signal.SIGTERM
    assert not any(child.is_running() for child in children)


def test_a_unix_socket_that_was_left_behind_is_replaced_by_a_private_one():
    with tempfile.TemporaryDirectory() as short:  # socket paths end at 107 bytes: pytest's folders may be longer
        path = Path(short) / "model.sock"
        listen_unix(path).close()
        with listen_unix(path), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            assert path.stat().st_mode & 0o777 == 0o600


PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "entrypoints.model_server.main", "--port=0", "--workers=2",
                          f"--parent={os.getpid()}"], stdin=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.process
def test_all_its_processes_end_when_the_parent_was_killed(tmp_path):
    environment = {**psutil.Process().environ(), "MEDCOST_HOME": str(tmp_path), "MEDCOST_PROFILE": "memory"}
    with subprocess.Popen([sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        until(lambda: len(child.children()) >= 2)
        family = [child, *child.children(recursive=True)]
        parent.kill()
        _, left = psutil.wait_procs(family, timeout=60)
    assert len(family) > 2
    assert left == []


async def test_a_server_that_is_gone_is_unavailable(tmp_path, start_model_server):
    address, process = start_model_server(tmp_path)
    process.kill()
    await asyncio.to_thread(process.wait)
    server = ModelServer(address, deadline=5)
    with pytest.raises(PredictorUnavailable, match="away"):
        await BentoPredictor(server).predict([ann])
    await server.close()
