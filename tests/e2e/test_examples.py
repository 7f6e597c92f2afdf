"""Adapters and plug-ins of others keep the contracts: each example is installed and tested outside of our tree.

An example is built and installed by uv, as a user's would be, without a network: uv brings its build backend along.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.memory.sample import small_sample
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

EXAMPLES = Path(__file__).parents[2] / "examples"
ADAPTERS = ("sqlite_predictions", "group_predictor", "json_claims")
FAMILY = "clipped_ridge"


def installed(example, folder):
    """Install a copy of an example into a folder of its own, and return the environment that has it."""
    source = folder / "source"
    shutil.copytree(EXAMPLES / example, source, ignore=shutil.ignore_patterns("__pycache__"))
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--offline", "--no-deps", "--no-cache", "--python", sys.executable]
    subprocess.run([uv, "pip", "install", *options, "--target", folder / "site", source], check=True)
    return {**os.environ, "PYTHONPATH": str(folder / "site"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_each_example_is_tested():
    assert {path.parent.name for path in EXAMPLES.glob("*/pyproject.toml")} == {*ADAPTERS, FAMILY}


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


def broken_plugin(site):
    """Install a package whose entry points cannot be loaded, as an installer would leave it."""
    (site / "broken_plugin.py").write_text("import no_such_library\n")
    about = site / "broken_plugin-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.2\n")
    (about / "entry_points.txt").write_text("[medcost.families]\nbroken = broken_plugin:FAMILY\n")


def claims_in_json(file):
    claims = small_sample(DEFAULT, 300)
    rows = zip(claims.facts, claims.charges, strict=True)
    objects = [{**Beneficiary.of_numbers(DEFAULT, list(facts)).as_facts(), "charges": usd} for facts, usd in rows]
    file.write_text(json.dumps(objects))


@pytest.mark.training
def test_a_family_and_a_data_set_of_installed_packages_train_and_load(tmp_path):
    environment = installed(FAMILY, tmp_path / "family")
    site = Path(environment["PYTHONPATH"])
    with_dataset = installed("json_claims", tmp_path / "dataset")["PYTHONPATH"]
    broken_plugin(site)
    claims_in_json(tmp_path / "claims.json")

    def medcost(*arguments, path=f"{site}{os.pathsep}{with_dataset}"):
        command = [Path(sys.executable).with_name("medcost"), *arguments, "--home", tmp_path / "home"]
        return subprocess.run(
            command, cwd=tmp_path, env={**environment, "PYTHONPATH": path}, capture_output=True, text=True, check=False
        )

    refused = medcost("train", "model=[broken]", "--profile", "memory")
    assert refused.returncode == 2
    assert "entry point medcost.families: broken = 'broken_plugin:FAMILY' of broken-plugin 1.2" in refused.stderr
    assert "no_such_library" in refused.stderr

    out = tmp_path / "model"
    trained = medcost(
        "train", "stage=all", "dataset=json_claims", "dataset.path=claims.json", "dataset.synthetic=true",
        f"model=[{FAMILY}]", "transform=none", "cv=quick", "cv.n_repeats=1", "tuning.n_trials=2",
        f"search_space.{FAMILY}.alpha.high=10", "--profile", "memory", "--out", out, "--json",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    assert "broken-plugin 1.2" in trained.stderr
    document = json.loads(trained.stdout)
    assert [family["name"] for family in document["comparison"]["families"]] == [FAMILY]

    assert medcost("data", "sample", "--out", tmp_path / "sample.csv").returncode == 0
    judged = ("evaluate", "--model", out, "--data", tmp_path / "sample.csv")
    assert medcost(*judged).returncode == 0
    elsewhere = medcost(*judged, path="")
    assert elsewhere.returncode != 0
    assert "clipped_ridge.ClippedRidge" in elsewhere.stderr
