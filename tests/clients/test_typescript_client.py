"""The TypeScript client, as its package is installed, against the running system."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.clients.conftest import CLIENTS, TOOLS

pytestmark = pytest.mark.process


def test_a_program_that_uses_the_package_is_compiled_and_answered(npm_package: Path, url: str, tmp_path: Path):
    modules = tmp_path / "node_modules"
    with tarfile.open(npm_package) as files:
        files.extractall(modules, filter="data")
    (modules / "package").rename(modules / "medcost-client")
    (modules / "openapi-fetch").symlink_to(TOOLS / "openapi-fetch")
    for file in ("running.ts", "tsconfig.json", "tsconfig.running.json"):
        (tmp_path / file).write_text((CLIENTS / "typescript" / file).read_text())
    (tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
    for command in ([TOOLS / ".bin" / "tsc", "--project", "tsconfig.running.json"], ["node", "out/running.js", url]):
        done = subprocess.run([*map(str, command)], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "ok\n", done.stdout + done.stderr


def test_its_version_is_that_of_the_python_client():
    package = json.loads((CLIENTS / "typescript" / "package.json").read_text())
    assert f'version = "{package["version"]}"' in (CLIENTS / "python" / "pyproject.toml").read_text()
