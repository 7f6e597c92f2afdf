"""A running system, and the clients that are built from what it says of itself."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import pytest

CLIENTS = Path(__file__).parents[2] / "clients"
TOOLS = CLIENTS.parent / "node_modules"


@pytest.fixture(scope="session")
def url(
    trained_up: Callable[..., AbstractContextManager[tuple[Path, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of `medcost up`."""
    with trained_up(tmp_path_factory.mktemp("clients")) as (_, url):
        yield url


@pytest.fixture(scope="session")
def built(url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`built("python")` gives the package that clients/build makes of a client, as a release does."""

    def build(client: str) -> Path:
        folder = tmp_path_factory.mktemp(client)
        binaries = Path(sys.executable).parent
        done = subprocess.run(
            [CLIENTS / "build", url, folder / "dist", client],
            env={"PATH": f"{binaries}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "BIN": str(binaries)},
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        (package,) = (file for file in (folder / "dist").iterdir() if file.suffix in {".whl", ".tgz"})
        return package

    return build


@pytest.fixture(scope="session")
def wheel(built: Callable[[str], Path]) -> Path:
    """Return the Python client as a package."""
    return built("python")


@pytest.fixture(scope="session")
def npm_package(part: Callable[[str, str | None], None], built: Callable[[str], Path]) -> Path:
    """Return the TypeScript client as a package."""
    part(
        "openapi-typescript",
        None if (TOOLS / "openapi-typescript").is_dir() else "node_modules lacks it: make setup-node",
    )
    part("npm", None if shutil.which("npm") else "npm is not installed")
    return built("typescript")


@pytest.fixture(scope="session")
def medcost_client(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the Python client of the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("medcost_client")
    sys.path.remove(str(folder))
