"""A running system, and the Python client generated from what it says of itself."""

from __future__ import annotations

import importlib
import runpy
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

import httpx
import pytest

CLIENTS = Path(__file__).parents[2] / "clients"


@pytest.fixture(scope="session")
def url(
    trained_up: Callable[..., AbstractContextManager[tuple[Path, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of `medcost up`."""
    with trained_up(tmp_path_factory.mktemp("clients")) as (_, url):
        yield url


@pytest.fixture(scope="session")
def document(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the OpenAPI document of the running system as a file."""
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_text(httpx.get(f"{url}/api/v1/schema/openapi.json").raise_for_status().text)
    return file


@pytest.fixture(scope="session")
def medcost_client(document: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the Python client, its types generated anew."""
    folder = tmp_path_factory.mktemp("python")
    package = folder / "medcost_client"
    shutil.copytree(CLIENTS / "python" / "src" / "medcost_client", package, ignore=shutil.ignore_patterns("api"))
    runpy.run_path(str(CLIENTS / "python" / "generate.py"))["generate"](document.read_text(), package)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("medcost_client")
    sys.path.remove(str(folder))
