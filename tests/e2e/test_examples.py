"""Adapters and plug-ins of others keep the contracts: each example is installed and tested outside of our tree.

An example is built and installed by uv, as a user's would be, without a network: uv brings its build backend along.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
ADAPTERS = ("sqlite_predictions", "group_predictor")


def installed(example, folder):
    """Install a copy of an example into a folder of its own, and return the environment that has it."""
    source = folder / "source"
    shutil.copytree(EXAMPLES / example, source, ignore=shutil.ignore_patterns("__pycache__"))
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--offline", "--no-deps", "--no-cache", "--python", sys.executable]
    subprocess.run([uv, "pip", "install", *options, "--target", folder / "site", source], check=True)
    return {**os.environ, "PYTHONPATH": str(folder / "site"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_each_example_is_tested():
    assert {path.parent.name for path in EXAMPLES.glob("*/pyproject.toml")} == {*ADAPTERS}


@pytest.mark.parametrize("example", ADAPTERS)
def test_an_adapter_of_others_keeps_the_contract_of_its_port(example, tmp_path):
    environment = installed(example, tmp_path)
    shutil.copytree(EXAMPLES / example / "tests", tmp_path / "tests")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout


@pytest.mark.parametrize("example", ADAPTERS)
def test_a_proof_takes_at_most_a_hundred_lines(example):
    assert (
        sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (EXAMPLES / example).glob("tests/*")) <= 100
    )
