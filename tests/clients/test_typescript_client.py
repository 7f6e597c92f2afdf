"""The generated TypeScript client against the running system."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import CLIENTS

pytestmark = pytest.mark.process

_TOOLS = CLIENTS.parent / "node_modules"


def test_it_is_generated_compiled_and_answered(part, document: Path, url: str, tmp_path: Path):
    part("openapi-typescript", None if (_TOOLS / "openapi-typescript").is_dir() else "node_modules lacks it: npm ci")
    client = tmp_path / "client"
    shutil.copytree(CLIENTS / "typescript", client)
    shutil.copy(document, client / "openapi.json")
    (client / "node_modules").symlink_to(_TOOLS)
    for command in (
        [_TOOLS / ".bin" / "openapi-typescript", "openapi.json", "--output", "src/api.ts"],
        [_TOOLS / ".bin" / "tsc", "--project", "tsconfig.running.json"],
    ):
        done = subprocess.run([*map(str, command)], cwd=client, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    ended = subprocess.run(["node", "out/running.js", url], cwd=client, capture_output=True, text=True, check=False)
    assert ended.stdout == "ok\n", ended.stdout + ended.stderr


def test_its_version_is_that_of_the_python_client():
    package = json.loads((CLIENTS / "typescript" / "package.json").read_text())
    assert f'version = "{package["version"]}"' in (CLIENTS / "python" / "pyproject.toml").read_text()
