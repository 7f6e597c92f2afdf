"""A server's module runs as the main program, and garbage waits until the server looks for it."""

import subprocess
import sys

import pytest

from entrypoints.hosting.launch import command_of

pytestmark = pytest.mark.process

MODULE = """
import gc, sys
from entrypoints.hosting.garbage import collect_seldom
print(__name__, sys.argv[1:], gc.isenabled())
collect_seldom()
print(gc.isenabled())
sys.exit(3)
"""


def test_a_module_is_the_main_program_and_looks_for_garbage_when_it_serves(tmp_path):
    (tmp_path / "planted.py").write_text(MODULE)
    command = command_of("planted", "--fd", "7")
    assert command[0] == sys.executable
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert done.stdout.splitlines() == ["__main__ ['--fd', '7'] False", "True"]
