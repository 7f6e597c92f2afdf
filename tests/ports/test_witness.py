"""What every witness of the ledger's head promises."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from adapters.local.witness import FileWitness
from adapters.memory.witness import MemoryWitness
from adapters.mlflow.server import MlflowServer
from adapters.mlflow.witness import MlflowWitness
from domain.errors import LedgerBroken, RegistryUnavailable
from domain.models.ledger import Head

FIRST, SECOND = Head("a" * 64), Head("a" * 64, announced="b" * 64)


@pytest.fixture
def address(mlflow_server):
    """MLflow's server, where no model is registered."""
    httpx.request(
        "DELETE", f"{mlflow_server.address}/api/2.0/mlflow/registered-models/delete", json={"name": "medcost"}
    )
    return mlflow_server.address


@pytest.fixture(params=["memory", "file", "mlflow"])
def witness(request, tmp_path):
    if request.param == "memory":
        return MemoryWitness()
    if request.param == "file":
        return FileWitness(tmp_path / "ledger.head")
    return MlflowWitness(MlflowServer(request.getfixturevalue("address")))


async def test_at_first_it_remembers_nothing(witness):
    assert await witness.head() is None


async def test_it_remembers_what_it_was_told_last(witness):
    for head in (Head(None, announced="a" * 64), FIRST, SECOND, Head("b" * 64)):
        await witness.keep(head)
        assert await witness.head() == head


def test_another_process_is_told_the_same_and_need_not_import_mlflow(address, tmp_path):
    """As containers of the API and the trainer have it; the file is for those of one home."""

    def run(work):
        program = (
            "import asyncio, sys, pathlib\n"
            "from adapters.mlflow.server import MlflowServer\n"
            "from adapters.mlflow.witness import MlflowWitness\n"
            "from adapters.local.witness import FileWitness\n"
            "from domain.models.ledger import Head\n"
            "for one in (MlflowWitness(MlflowServer(sys.argv[1])), FileWitness(pathlib.Path(sys.argv[2]))):\n"
            f"    print(asyncio.run({work}))\n"
            "assert 'mlflow' not in sys.modules\n"
        )
        command = [sys.executable, "-c", program, address, str(tmp_path / "head")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    run(f"one.keep({SECOND!r})")
    assert run("one.head()") == [str(SECOND)] * 2


def tagged(address, value):
    tag = {"name": "medcost", "key": "ledger_head", "value": value}
    assert httpx.post(f"{address}/api/2.0/mlflow/registered-models/set-tag", json=tag).is_success


async def test_what_cannot_be_read_is_no_head(address, tmp_path):
    file = tmp_path / "head"
    file.write_text("spoilt")
    await MlflowWitness(MlflowServer(address)).keep(FIRST)
    await asyncio.to_thread(tagged, address, "spoilt")
    for witness in (MlflowWitness(MlflowServer(address)), FileWitness(file)):
        with pytest.raises(LedgerBroken, match="cannot be read"):
            await witness.head()


async def test_one_that_is_away_is_unavailable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}"
    for witness in (MlflowWitness(MlflowServer(gone)), FileWitness(Path("/dev/null/head"))):
        with pytest.raises(RegistryUnavailable):
            await witness.head()
        with pytest.raises(RegistryUnavailable):
            await witness.keep(FIRST)
