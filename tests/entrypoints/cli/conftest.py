"""What the tests of the command line share: the command, called in this process."""

from functools import partial

import pytest

from tests.support.command import call


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def medcost(home):
    """`medcost("models", "list", home=…, MEDCOST_…=…)` runs the command to its end."""
    return partial(call, home=home)


@pytest.fixture
def claims(tmp_path):
    """`claims(content)` writes a claims file."""

    def write(content, name="claims.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write
