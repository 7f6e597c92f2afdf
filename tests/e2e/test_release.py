"""A release is made in a clone: version, changelog, list of contents and tag agree; what is not ready is refused."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
SCRIPT = Path(".ci/release")


def ran(*command, cwd, **environment):
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@dataclass
class Clone:
    """Runs commands in a tree."""

    tree: Path
    environment: dict[str, str]

    def __call__(self, *command, **more):
        return ran(*command, cwd=self.tree, **{**self.environment, **more})


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """A clone of this tree as it stands, committed, whose tests are green by a `gh` that says so."""
    folder = tmp_path_factory.mktemp("release")
    tree, programs = folder / "clone", folder / "programs"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", TREE, tree], check=True)
    listed = ran("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=TREE).stdout
    for name in filter(None, listed.split("\0")):
        if (TREE / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((TREE / name).read_bytes())
    programs.mkdir()
    (programs / "gh").write_text("#!/bin/sh\necho ${GREEN:-1}\n")
    (programs / "gh").chmod(0o755)
    identity = {
        f"GIT_{who}_{part}": f"{who}@localhost" for who in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
    }
    environment = {
        **identity, "BIN": str(Path(sys.executable).parent), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"
    }  # fmt: skip

    run = Clone(tree, environment)
    run("git", "switch", "--quiet", "-C", "main")
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "--allow-empty", "--message", "As it stands")
    return run


@pytest.fixture
def clone(committed, tmp_path):
    """A clone of it of a test's own."""
    subprocess.run(["git", "clone", "--quiet", "--shared", committed.tree, tmp_path / "clone"], check=True)
    return Clone(tmp_path / "clone", committed.environment)


def test_version_changelog_contents_and_tag_agree(clone):
    entries = sum(len(file.read_text().splitlines()) for file in (clone.tree / "changelog.d").glob("+*"))
    made = clone(SCRIPT, "1.0.0")
    assert made.returncode == 0, made.stderr
    assert "git push --atomic origin main v1.0.0" in made.stdout
    assert clone("git", "describe", "--tags", "--exact-match").stdout.strip() == "v1.0.0"
    assert clone("git", "status", "--porcelain").stdout == ""

    changelog = (clone.tree / "CHANGELOG.md").read_text()
    section = changelog.partition("\n## 1.0.0 (")[2]
    assert section.count("\n- ") == entries > 0
    assert not list((clone.tree / "changelog.d").glob("+*"))

    contents = json.loads((clone.tree / "dist/medcost-1.0.0.cdx.json").read_text())
    assert contents["metadata"]["component"]["version"] == "1.0.0"
    assert {"litestar", "scikit-learn"} <= {component["name"] for component in contents["components"]}
    with zipfile.ZipFile(clone.tree / "dist/medcost-1.0.0-py3-none-any.whl") as wheel:
        assert "\nVersion: 1.0.0\n" in wheel.read("medcost-1.0.0.dist-info/METADATA").decode()
        assert "medcost_testing/predictor.py" in wheel.namelist()

    again = clone(SCRIPT, "1.0.0")
    assert (again.returncode, "there is a tag v1.0.0 already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("version", "prepare", "green", "fault"),
    [
        ("1.0", [], "1", "expected a version such as 1.0.0, found '1.0'"),
        ("1.0.0", ["touch", "stray"], "1", "expected a clean tree"),
        ("1.0.0", ["git", "switch", "--quiet", "-c", "side"], "1", "expected the branch main, found 'side'"),
        ("1.0.0", [], "0", "expected a green run of ci.yml"),
        ("0.0.9", [], "1", "expected a version above"),
        ("7.3.0", [], "1", "docs/upgrading.md has no section '## To 7.3'"),
    ],
)
def test_what_is_not_ready_is_refused(clone, version, prepare, green, fault):
    if prepare:
        clone(*prepare)
    before = clone("git", "rev-parse", "HEAD").stdout
    refused = clone(SCRIPT, version, GREEN=green)
    assert refused.returncode == 1
    assert fault in refused.stderr
    assert clone("git", "rev-parse", "HEAD").stdout == before
    assert clone("git", "tag", "--list", f"v{version}").stdout == ""


def test_a_dry_run_leaves_the_tree_as_it_is(clone):
    # to check the list of contents of all packages takes seconds: the test above does so, here three are enough
    lock = clone.tree / "requirements.lock"
    lock.write_text("".join(re.split(r"^(?=\w)", lock.read_text(), flags=re.MULTILINE)[:4]))
    clone("git", "commit", "--quiet", "--all", "--message", "Fewer packages")
    before = clone("git", "rev-parse", "HEAD").stdout
    dry = clone(SCRIPT, "1.0.0", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "tagged v1.0.0" in dry.stdout
    assert clone("git", "rev-parse", "HEAD").stdout == before
    assert clone("git", "status", "--porcelain").stdout == ""
    assert clone("git", "tag", "--list", "v1.0.0").stdout == ""
