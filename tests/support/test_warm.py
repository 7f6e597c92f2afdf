"""A process that is forked from the template is like one that was started by its program."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.support.command import CLI, run, start
from tests.support.waiting import until
from tests.support.warm import Process

pytestmark = pytest.mark.process

WRONG = ("models", "show", "one")
STARTS = """
import os, subprocess, sys
command = [sys.executable, "-m", "entrypoints.cli.main", *sys.argv[1:]]
ended = subprocess.run(command, capture_output=True, cwd=os.environ["HOME"], env=dict(os.environ), text=True)
print(ended.returncode, ended.stdout, ended.stderr)
"""
STARTS_IN_A_LOOP = """
import asyncio, os, subprocess, sys, uvloop
command = [sys.executable, "-m", "entrypoints.cli.main", *sys.argv[1:]]

async def start():
    child = await asyncio.create_subprocess_exec(
        *command, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    output, errors = await child.communicate(b"nothing that it reads")
    print(child.returncode, output.decode(), errors.decode())

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(start())
"""
IS_REPLACED = """
import os, sys
print("2 as an exit status is to come", flush=True)
os.dup2(1, 2)
os.execve(sys.executable, [sys.executable, "-m", "entrypoints.cli.main", *sys.argv[1:]], dict(os.environ))
"""


def test_a_command_ends_as_its_program_does(tmp_path):
    program = subprocess.run([*CLI, *WRONG], capture_output=True, text=True, check=False)
    ended = run(*WRONG, home=tmp_path)
    assert (ended.status, ended.output, ended.errors) == (program.returncode, program.stdout, program.stderr)


def test_environment_folder_arguments_and_session_are_its_own(tmp_path):
    waiting = start(
        *("admin", "password", "--profile", "memory"),
        home=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        environment={"MEDCOST_LOG_LEVEL": "error"},
    )
    system = psutil.Process(waiting.pid)
    until(lambda: "password" in system.cmdline())
    assert system.environ()["MEDCOST_LOG_LEVEL"] == "error"
    assert system.environ()["PYTEST_CURRENT_TEST"] == os.environ["PYTEST_CURRENT_TEST"]
    assert system.cwd() == str(Path.cwd())
    assert os.getsid(waiting.pid) == waiting.pid
    assert waiting.poll() is None
    assert waiting.stdin
    waiting.stdin.write("correct horse battery\n")
    waiting.stdin.close()
    output, _ = waiting.communicate()
    assert (waiting.returncode, "password is set" in output) == (0, True)


@pytest.mark.parametrize(("way", "status"), [(STARTS, 0), (STARTS_IN_A_LOOP, 0), (IS_REPLACED, 2)])
def test_what_it_starts_of_our_modules_ends_as_the_program_does_though_it_is_forked(tmp_path, way, status):
    program = tmp_path / "starts.py"
    program.write_text(way)
    printed = []
    for forks in (True, False):
        process = Process(WRONG, os.environ, stdout=subprocess.PIPE, program=program, forks=forks)
        printed.append(process.communicate(timeout=60)[0])
        assert process.returncode == status
    assert printed[0] == printed[1]
    assert printed[0].startswith("2 ")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 1)]
)
def test_a_signal_ends_it(tmp_path, number, status):
    program = tmp_path / "waits.py"
    program.write_text("import signal\nprint('waits', flush=True)\nsignal.pause()\n")
    waiting = Process([], os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, program=program)
    assert waiting.stdout
    assert waiting.stdout.readline() == "waits\n"
    waiting.send_signal(number)
    assert waiting.wait(timeout=60) == status
