"""Homes for tests: copies of homes that were expensive to make."""

import os
import subprocess
from pathlib import Path

from tests.support import isolation
from tests.support.warm import Process


def copy(home: Path, to: Path) -> Path:
    """Copy a home that does not run, and return the copy; its blocks are shared where the file system can."""
    # PostgreSQL's files may be of another user
    subprocess.run(["cp", "-a", "--reflink=auto", home, to], check=True)
    return to


def empty(to: Path) -> Path:
    """Make a home whose databases have their tables, and hold nothing, and return it; once a run that takes seconds."""
    return copy(isolation.once("empty-home", _prepare), to)


def _prepare(home: Path) -> None:
    program = Path(__file__).with_name("prepare_home.py")
    process = Process([str(home)], os.environ, program=program)
    assert process.wait(timeout=280) == 0
