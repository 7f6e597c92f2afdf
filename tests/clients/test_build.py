"""Both clients as packages, as a release builds them, and one version everywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
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


def test_both_clients_are_built_with_the_version_of_the_release(part, url: str, tmp_path: Path):
    tools = CLIENTS.parent / "node_modules" / "openapi-typescript"
    part("openapi-typescript", None if tools.is_dir() else "node_modules lacks it: npm ci")
    part("npm", None if shutil.which("npm") else "npm is not installed")
    built = subprocess.run(
        [CLIENTS / "build", url, tmp_path / "dist"],
        env={"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path),
             "BIN": str(Path(sys.executable).parent)},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,), (package,) = (tmp_path / "dist").glob("*.whl"), (tmp_path / "dist").glob("*.tgz")
    assert (wheel.name, package.name) == (
        f"medcost_client-{version('medcost')}-py3-none-any.whl", f"medcost-client-{version('medcost')}.tgz"
    )  # fmt: skip
    with zipfile.ZipFile(wheel) as files:
        assert {"medcost_client/api/models/job_out.py", "medcost_client/synchronous.py"} <= {*files.namelist()}
    with tarfile.open(package) as files:
        assert {"package/dist/index.js", "package/dist/api.d.ts", "package/LICENSE"} <= {*files.getnames()}
