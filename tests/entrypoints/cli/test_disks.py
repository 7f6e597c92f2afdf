"""What commands say on a disk that is full or read-only: one line, with what to do."""

import os
import subprocess

import pytest

from tests.support import mounts
from tests.support.command import CLI

pytestmark = pytest.mark.process

READ_ONLY, FULL = "lies on a read-only disk: mount it", "is full: make room there"


@pytest.fixture(params=[(mounts.read_only, READ_ONLY), (mounts.full, FULL)], ids=["read-only", "full"])
def disk(request, part, home):
    """What a command line begins with, so that its home lies on such a disk, and what is then said."""
    part("mounts", mounts.missing())
    home.mkdir()
    begin, says = request.param
    return begin(home), says


def medcost(home, begin, *arguments):
    environment = {**os.environ, "MEDCOST_HOME": str(home)}
    command = [*begin, *CLI, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=150)


@pytest.mark.parametrize(
    "arguments", [("up", "--port", "0"), ("up", "--port", "0", "--profile", "memory"), ("models", "list")]
)
def test_a_command_that_cannot_write_its_home_says_so_in_one_line(disk, home, arguments):
    begin, says = disk
    done = medcost(home, begin, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert says in done.stderr


def test_doctor_names_the_disk(disk, home):
    begin, says = disk
    done = medcost(home, begin, "doctor", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    problem, remedy = says.split(": ")
    assert problem in done.stdout
    assert f'"remedy": "{remedy}' in done.stdout


def test_status_of_a_home_that_can_only_be_read_is_told(part, home):
    part("mounts", mounts.missing())
    home.mkdir()
    done = medcost(home, mounts.read_only(home), "status")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing of" in done.stdout
