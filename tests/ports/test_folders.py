"""What everything that gives model folders promises; a registry gives them, and MLflow's server does over HTTP."""

import json
import shutil
import socket

import pytest

from adapters.memory.registry import MemoryRegistry
from adapters.mlflow.folders import MlflowFolders
from adapters.mlflow.server import MlflowServer
from domain.errors import ModelRefused, RegistryUnavailable, VersionNotFound


class FetchingRegistry:
    """A registry, and the way by which its folders are fetched."""

    def __init__(self, registry, folders=None):
        self.registry, self.folders = registry, folders or registry


@pytest.fixture(params=["memory", "mlflow", "mlflow over http"])
def fetching(request, tmp_path):
    if request.param == "memory":
        return FetchingRegistry(MemoryRegistry(tmp_path))
    from adapters.mlflow.registry import MlflowRegistry
    from adapters.mlflow.store import MlflowStore

    if request.param == "mlflow":
        return FetchingRegistry(MlflowRegistry(request.getfixturevalue("mlflow_store")))
    address = request.getfixturevalue("mlflow_server").address
    return FetchingRegistry(MlflowRegistry(MlflowStore(address, None)), MlflowFolders(MlflowServer(address)))


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


async def test_a_registered_folder_comes_byte_for_byte_as_often_as_it_is_fetched(fetching, fitted, tmp_path):
    version = await fetching.registry.register(fitted)
    for name in ("once", "again"):
        folder = await fetching.folders.fetch(version.number, tmp_path / name)
        assert folder.is_relative_to(tmp_path / name)
        assert contents(folder) == contents(fitted.folder)


async def test_what_was_never_registered_or_was_discarded_is_not_found(fetching, fitted, tmp_path):
    discarded = (await fetching.registry.register(fitted)).number
    await fetching.registry.discard(discarded)
    for number in (discarded, 12_345):
        with pytest.raises(VersionNotFound):
            await fetching.folders.fetch(number, tmp_path / "out")


async def test_a_server_that_is_away_is_unavailable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(RegistryUnavailable):
        await MlflowFolders(MlflowServer(address)).fetch(1, tmp_path / "out")


@pytest.fixture
async def over_http(mlflow_server, fitted):
    """A version of its own on MLflow's server: its number, the folder where the server keeps it, how it is fetched."""
    from adapters.mlflow.registry import MlflowRegistry
    from adapters.mlflow.store import MlflowStore

    version = await MlflowRegistry(MlflowStore(mlflow_server.address, None)).register(fitted)
    newest = max(mlflow_server.artifacts.rglob("manifest.json"), key=lambda file: file.stat().st_mtime_ns)
    return version.number, newest.parent, MlflowFolders(MlflowServer(mlflow_server.address))


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "..", "", ".hidden", "a/b", "a\\b"])
async def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written_there(over_http, tmp_path, name):
    number, folder, folders = over_http
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"] = {name: "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelRefused, match="no plain name"):
        await folders.fetch(number, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").rglob("*") if file.is_file()] == ["manifest.json"]


async def test_a_manifest_that_is_none_is_refused(over_http, tmp_path):
    number, folder, folders = over_http
    (folder / "manifest.json").write_bytes(b"no manifest")
    with pytest.raises(ModelRefused):
        await folders.fetch(number, tmp_path / "out")


async def test_a_folder_that_the_server_lost_is_refused(over_http, tmp_path):
    number, folder, folders = over_http
    shutil.rmtree(folder)
    with pytest.raises(ModelRefused, match="has lost"):
        await folders.fetch(number, tmp_path / "out")
