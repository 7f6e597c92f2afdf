"""`medcost admin password`, over a pipe: tests have no terminal."""

import os
import subprocess

import pytest

from tests.command import CLI

WORD = "correct horse battery"


@pytest.fixture
def set_password(home):
    """`set_password("words")` says them on the input."""

    def run(said, **environment):
        return subprocess.run(
            [*CLI, "admin", "password", "--profile", "memory"],
            env={**os.environ, "MEDCOST_HOME": str(home), **environment},
            input=f"{said}\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_password_is_set_and_not_said_back(set_password):
    ended = set_password(WORD)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "password is set" in ended.stdout
    assert WORD not in ended.stdout


def test_a_short_password_is_refused_in_one_line(set_password):
    ended = set_password("short")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "must have 12 to 200 characters" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_password_that_a_secret_tells_is_changed_there(set_password, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(WORD)
    ended = set_password("another password", MEDCOST_ADMIN_PASSWORD_FILE=str(secret))
    assert ended.returncode == 2
    assert "MEDCOST_ADMIN_PASSWORD" in ended.stderr
    assert WORD not in ended.stderr
