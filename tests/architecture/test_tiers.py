"""A test of the fast tier that does what belongs to another tier fails, and the failure says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import scheduling

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "process": ("import subprocess\ndef test_planted():\n    subprocess.run(['true'])\n", "starts a process"),
    "fork": ("import os\ndef test_planted():\n    os.waitpid(os.fork() or os._exit(0), 0)\n", "starts a process"),
    "training": ("def test_planted():\n    import sklearn\n", "imports sklearn"),
    "browser": ("def test_planted():\n    import playwright\n", "imports playwright"),
    "waiting": ("import time\ndef test_planted():\n    time.sleep(1.2)\n", "waited for"),
    "asynchronous waiting": (
        "import asyncio, pytest\n@pytest.mark.asyncio\nasync def test_planted():\n    await asyncio.sleep(1.2)\n",
        "waited for",
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run all planted tests, without a marker and one of them with it, under the suite's own hooks."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    for name, (source, _) in PLANTED.items():
        stem = name.replace(" ", "_")
        (folder / f"test_{stem}.py").write_text(source)
    marked = f"import pytest\npytestmark = pytest.mark.process\n{PLANTED['process'][0]}"
    (folder / "test_marked.py").write_text(marked)
    (folder / "test_quick.py").write_text("def test_planted():\n    assert sum(range(10)) == 45\n")
    # a library is watched for by its name: empty ones are imported at once
    libraries = folder / "libraries"
    libraries.mkdir()
    for library in ("sklearn", "playwright"):
        (libraries / f"{library}.py").touch()
    options = ["-q", "-rN", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "--rootdir", str(folder)]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", os.devnull, str(folder)],
        env={**os.environ, "PYTHONPATH": f"{libraries}:{ROOT}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("need", PLANTED)
def test_a_fast_test_that_needs_more_fails_and_says_why(outcome: str, need: str) -> None:
    stem = need.replace(" ", "_")
    _, reason = PLANTED[need]
    failures = [line for line in outcome.splitlines() if f"test_{stem}.py::test_planted is a test of the fast" in line]
    assert len(failures) == 1, outcome
    assert reason in failures[0]
    assert "Mark it with what it needs" in failures[0]


def test_a_marked_test_and_a_quick_one_pass(outcome: str) -> None:
    assert f"{len(PLANTED)} failed, 2 passed" in outcome


def test_files_that_come_first_are_there() -> None:
    assert [file for file in scheduling.LONGEST if not (ROOT / file).is_file()] == []
    assert len(set(scheduling.LONGEST)) == len(scheduling.LONGEST)
