"""What the tests of the command line share: the command as a user has it, in a process of its own."""

import os
import subprocess

import pytest

from tests.command import CLI, Ended


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def medcost(home):
    """`medcost("models", "list", home=…, MEDCOST_…=…)` runs the command to its end."""

    def run(*arguments, home=home, **told):
        ended = subprocess.run(
            [*CLI, *map(str, arguments)],
            env={**os.environ, "MEDCOST_HOME": str(home), **told},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def claims(tmp_path):
    """`claims(content)` writes a claims file."""

    def write(content, name="claims.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write
