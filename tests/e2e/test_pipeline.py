"""`dvc.yaml` by the real DVC, in a copy of the tree: what has not changed is not done again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(600)  # ten processes that load scikit-learn, one after the other
DVC = TREE / ".venv-dvc" / "bin" / "dvc"
NEEDED = [
    *(".dvc/config", ".dvc/.gitignore", ".dvcignore", ".gitignore", "data/.gitignore"),
    *("dvc.yaml", "requirements.lock", "config", "migrations", "src"),
]
QUICK = {
    "config/pipeline.yaml": {"model": "tree,knn", "transform": "none", "cv": "quick"},
    "config/dataset/synthetic.yaml": {"rows": "300"},
    "config/tuning/counted.yaml": {"n_trials": "1"},
}


@dataclass(frozen=True)
class Pipeline:
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *command: str | Path) -> str:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MEDCOST_", "DVC_"))}
        beside = self.folder.parent
        environment = {
            **inherited,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "MEDCOST_HOME": str(beside / "home"),
            "DVC_GLOBAL_CONFIG_DIR": str(beside / "dvc"),
            "DVC_SITE_CACHE_DIR": str(beside / "dvc"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **self.variables,
        }
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def dvc(self, *arguments: str) -> str:
        return self.run(DVC, *arguments)

    def repro(self, *targets: str) -> list[str]:
        """Give the stages that ran."""
        return re.findall(r"^Running stage '(\w+)'", self.dvc("repro", *targets), re.MULTILINE)

    def changed(self) -> set[str]:
        """Give the stages of which a dependency of their own has changed."""
        return set(json.loads(self.dvc("status", "--json")))

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
        self.run("git", *who, "commit", "--quiet", "--allow-empty", "-m", message)

    def write(self, file: str, **values: str) -> None:
        text = (self.folder / file).read_text()
        for name, value in values.items():
            text, count = re.subn(rf"(?m)^(\s*{name}:) *[^#\n]*", rf"\1 {value} ", text)
            assert count == 1, f"{file} has {count} keys {name}"
        (self.folder / file).write_text(text)


@pytest.fixture(scope="module")
def pipeline(part: Callable[[str, str | None], None], tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of the tree in which everything was run once, and committed."""
    part("dvc", None if DVC.exists() else "`make setup-dvc` was not run")
    made = Pipeline(tmp_path_factory.mktemp("pipeline") / "tree")
    for name in NEEDED:
        target = made.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copied = shutil.copytree if (TREE / name).is_dir() else shutil.copy
        copied(TREE / name, target)
    made.run("git", "init", "--quiet")
    for file, values in QUICK.items():
        made.write(file, **values)
    assert made.repro() == ["sample", "data", "training", "optuna", "evaluate"]
    made.commit("First run")
    return made


def test_a_second_run_does_nothing(pipeline: Pipeline) -> None:
    assert pipeline.repro() == []


def test_no_home_is_made_and_no_row_committed(pipeline: Pipeline) -> None:
    assert not (pipeline.folder.parent / "home").exists()
    committed = set(pipeline.run("git", "ls-files").split())
    assert {"dvc.lock", "metrics/comparison.json", "metrics/evaluation.json"} < committed
    assert {name for name in committed if name.startswith("data/")} == {"data/.gitignore"}


@pytest.mark.parametrize(
    ("file", "key", "value", "stages"),
    [
        ("config/pipeline.yaml", "share", "0.3", {"data"}),
        ("config/train.yaml", "seed", "1", {"training", "optuna"}),
        ("config/cv/default.yaml", "n_repeats", "3", set()),  # another option is chosen
        ("config/pipeline.yaml", "pruner", "hyperband", {"optuna"}),
    ],
)
def test_a_parameter_changes_the_stages_that_read_it(
    pipeline: Pipeline, file: str, key: str, value: str, stages: set[str]
) -> None:
    pipeline.write(file, **{key: value})
    try:
        assert pipeline.changed() == stages
    finally:
        pipeline.run("git", "checkout", file)


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("src/application/models/tune_model.py", {"training", "optuna", "evaluate"}),
        ("src/adapters/optuna/search.py", {"optuna"}),
        ("src/entrypoints/cli/train.py", {"training", "optuna"}),
        ("src/entrypoints/http/app.py", set()),
    ],
)
def test_changed_code_changes_the_stages_that_run_it(pipeline: Pipeline, file: str, stages: set[str]) -> None:
    with (pipeline.folder / file).open("a") as code:
        code.write("# changed\n")
    try:
        assert pipeline.changed() == stages
    finally:
        pipeline.run("git", "checkout", file)


def test_what_depends_on_a_changed_parameter_runs_and_its_figures_are_compared(pipeline: Pipeline) -> None:
    pipeline.write("config/tuning/counted.yaml", n_trials="4")
    assert pipeline.repro() == ["optuna", "evaluate"]
    parameters = json.loads(pipeline.dvc("params", "diff", "--json"))
    assert parameters == {"config/tuning/counted.yaml": {"n_trials": {"old": 1, "new": 4, "diff": 3}}}
    measured = json.loads(pipeline.dvc("metrics", "diff", "--all", "--json"))["metrics/evaluation.json"]
    for figure in ("expected.r2", "expected.rmse", "expected.mae", "typical.mae", "crps", "interval.interval_score"):
        assert measured[figure]["diff"] == pytest.approx(measured[figure]["new"] - measured[figure]["old"])
        assert measured[figure]["diff"] != 0
    assert 0 < measured["interval.coverage"]["new"] <= 1


@dataclass(frozen=True)
class Remote:
    address: str
    endpoint: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def join(self, pipeline: Pipeline) -> None:
        pipeline.dvc("remote", "add", "--force", "--local", "--default", "team", self.address)
        if self.endpoint:
            pipeline.dvc("remote", "modify", "--local", "team", "endpointurl", self.endpoint)


@pytest.fixture(params=["folder", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Remote:
    if request.param == "folder":
        return Remote(str(tmp_path / "remote"))
    s3 = request.getfixturevalue("s3")
    s3.bucket("dvc")
    variables = {name: value for name, value in s3.environment.items() if name != "AWS_ENDPOINT_URL"}
    return Remote("s3://dvc/team", s3.address, variables)


def test_another_machine_pulls_the_same_bytes_and_has_nothing_to_do(
    pipeline: Pipeline, remote: Remote, tmp_path: Path
) -> None:
    pipeline.commit("Whatever ran last")
    here, there = replace(pipeline, variables=remote.variables), Pipeline(tmp_path / "there", remote.variables)
    remote.join(here)
    here.dvc("push")
    here.run("git", "clone", "--quiet", str(here.folder), str(there.folder))
    assert not (there.folder / ".dvc" / "cache").exists()
    remote.join(there)
    there.dvc("pull")
    files, pulled = (
        {
            file.relative_to(home.folder): file.read_bytes()
            for file in (home.folder / "data").rglob("*")
            if file.is_file()
        }
        for home in (here, there)
    )
    assert len(files) == 11
    assert pulled == files
    assert there.changed() == set()


def test_own_rows_take_the_place_of_the_sample(pipeline: Pipeline) -> None:
    own = Pipeline(pipeline.folder.parent / "own")
    pipeline.run("git", "clone", "--quiet", str(pipeline.folder), str(own.folder))
    stages = own.folder / "dvc.yaml"
    stages.write_text(re.sub(r"(?ms)^  sample:.*?(?=^  data:)", "", stages.read_text()))
    shutil.copy(pipeline.folder / "data" / "held.csv", own.folder / "data" / "claims.csv")
    own.dvc("add", "data/claims.csv")
    own.commit("My own rows")
    assert set(own.run("git", "ls-files", "data").split()) == {"data/.gitignore", "data/claims.csv.dvc"}
    assert own.repro("data") == ["data"]
