"""Both clients as packages, as a release builds them, and one version everywhere."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from tests.clients.conftest import CLIENTS
from tests.support.command import run

pytestmark = pytest.mark.process


def test_command_line_and_running_service_tell_the_version_of_the_package(url: str, tmp_path: Path):
    assert run("--version", home=tmp_path).output.strip() == version("medcost")
    assert httpx.get(f"{url}/api/v1/health/live").json()["version"] == version("medcost")


def test_the_python_client_is_built_with_the_version_of_the_release(wheel: Path):
    assert wheel.name == f"medcost_client-{version('medcost')}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as files:
        assert {"medcost_client/api/models/job_out.py", "medcost_client/synchronous.py"} <= {*files.namelist()}


def test_the_typescript_client_is_built_with_the_version_of_the_release(npm_package: Path):
    assert npm_package.name == f"medcost-client-{version('medcost')}.tgz"
    with tarfile.open(npm_package) as files:
        assert {"package/dist/index.js", "package/dist/api.d.ts", "package/LICENSE"} <= {*files.getnames()}


def test_a_client_that_does_not_exist_is_refused_with_what_to_write(tmp_path: Path):
    command = [CLIENTS / "build", "http://127.0.0.1:1", tmp_path / "dist", "cobol"]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr) == (2, "usage: clients/build URL FOLDER [python|typescript]\n")
    assert not (tmp_path / "dist").exists()
