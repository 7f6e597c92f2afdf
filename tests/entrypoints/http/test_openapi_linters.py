"""Linters of OpenAPI documents, as others run them on ours, find nothing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.process

NODE_MODULES: Final = Path(__file__).parents[3] / "node_modules"


def lint(program: str, *arguments: str | Path) -> Any:
    """Run a linter, and return its findings as it writes them in JSON."""
    command = [NODE_MODULES / ".bin" / program, "lint", "--format", "json", *arguments]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    ran = subprocess.run(command, stdout=subprocess.PIPE, check=False, env={**os.environ, **quiet})
    return json.JSONDecoder().raw_decode(ran.stdout.decode())[0]  # spectral adds a sentence where all is well


@pytest.fixture
async def document(memory_api, part, tmp_path) -> Path:
    for program in ("spectral", "redocly"):
        there = (NODE_MODULES / ".bin" / program).exists()
        part(program, None if there else f"node_modules lacks {program}: make setup-node")
    file = tmp_path / "openapi.json"
    file.write_bytes((await memory_api.get("/schema/openapi.json")).content)
    return file


@pytest.fixture
def spectral(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    return lambda document: lint("spectral", "--ruleset", rules, document)


def redocly(document: Path) -> Any:
    return lint("redocly", "--extends", "recommended", document)["problems"]


def test_spectral_and_redocly_find_nothing(document, spectral):
    assert spectral(document) == []
    assert redocly(document) == []


def test_both_find_what_is_wrong(document, spectral):
    broken = json.loads(document.read_text())
    del broken["info"]["contact"], broken["info"]["license"]
    document.write_text(json.dumps(broken))
    assert [finding["code"] for finding in spectral(document)] == ["info-contact"]
    assert [finding["ruleId"] for finding in redocly(document)] == ["info-license"]
