"""Each import contract fails when a violation is planted: a rule that cannot fail guards nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

PLANTED = {
    "inward": ("domain", "import application.costs.predict_cost"),
    "suites-know-the-domain": ("medcost_testing", "import adapters.memory.clock"),
    "nobody-needs-suites": ("adapters/memory", "import medcost_testing.clock"),
    "adapters-never-call-use-cases": ("adapters/memory", "import application.costs.predict_cost"),
    "adapters-are-strangers": ("adapters/memory", "import adapters.local.clock"),
    "entrypoints-are-strangers": ("entrypoints/http", "import entrypoints.cli"),
    "only-composition-names-adapters": ("entrypoints/hosting", "import adapters.memory.clock"),
    "composition-starts-nothing": ("entrypoints/composition", "import entrypoints.hosting.stack"),
    "light-processes": ("adapters/postgres", "import pandas"),
    "mlflow-by-http": ("entrypoints/model_server", "import mlflow"),
}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}


def module(contract: str) -> str:
    return f"planted_for_{contract.replace('-', '_')}"


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each broken contract, by its name, after a violation of each was planted in a sound tree."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    sound = lint(tree)
    assert sound.returncode == 0, sound.stdout
    for contract, (folder, line) in PLANTED.items():
        (tree / "src" / folder / f"{module(contract)}.py").write_text(line + "\n")
    broken = lint(tree)
    assert broken.returncode == 1
    _, heading, text = broken.stdout.partition("Broken contracts\n")
    assert heading, broken.stdout
    _, *sections = re.split(r"^(.+)\n-+\n", text, flags=re.MULTILINE)
    return dict(zip(sections[::2], sections[1::2], strict=True))


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_has_a_violation_to_be_planted() -> None:
    assert PLANTED.keys() == NAMES.keys()


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_the_contract(complaints: dict[str, str], contract: str) -> None:
    assert module(contract) in complaints[NAMES[contract]]
