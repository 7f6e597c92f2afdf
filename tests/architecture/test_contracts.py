"""Each import contract fails when a violation is planted: a rule that cannot fail guards nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "inward": ("domain/planted.py", "import application.costs.predict_cost"),
    "suites-know-the-domain": ("medcost_testing/planted.py", "import adapters.memory.clock"),
    "nobody-needs-suites": ("adapters/memory/planted.py", "import medcost_testing.clock"),
    "adapters-never-call-use-cases": ("adapters/memory/planted.py", "import application.costs.predict_cost"),
    "adapters-are-strangers": ("adapters/memory/planted.py", "import adapters.local.clock"),
    "entrypoints-are-strangers": ("entrypoints/http/planted.py", "import entrypoints.cli"),
    "only-composition-names-adapters": ("entrypoints/hosting/planted.py", "import adapters.memory.clock"),
    "composition-starts-nothing": ("entrypoints/composition/planted.py", "import entrypoints.hosting.stack"),
    "light-processes": ("adapters/postgres/planted.py", "import pandas"),
    "mlflow-by-http": ("entrypoints/model_server/planted.py", "import mlflow"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    assert lint(copy).returncode == 0
    return copy


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_the_contract(tree: Path, contract: str) -> None:
    file, line = PLANTED[contract]
    planted = tree / "src" / file
    planted.write_text(line + "\n")
    try:
        broken = lint(tree, "--contract", contract)
    finally:
        planted.unlink()
    assert broken.returncode == 1
    assert "planted" in broken.stdout
