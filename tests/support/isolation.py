"""The environment of a test run: set by the suite, not inherited from whoever starts it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import certifi
import psutil

RUN: Final = "MEDCOST_TEST_RUN"
"""Variable that names the folder which all workers of a run share; every process of the run inherits it."""

_READ_BY_TESTS: Final = (
    RUN,
    "MEDCOST_REQUIRE",
    "MEDCOST_TEST_DATABASE_URL",
    "MEDCOST_SOAK",
    "MEDCOST_MANGLED_BODIES",
    "MEDCOST_SCHEMATHESIS_EXAMPLES",
    "MEDCOST_ENGINE_ROOT",
)
_SET: Final = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    # two workers share the cores already: threads of a fit would only wait for each other
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_UNSET: Final = ("LANG", "LANGUAGE", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "TMPDIR")


def isolate() -> bool:
    """Set signals, locale, time zone, umask, home and environment for this process and all that it starts.

    Returns:
        Whether this process is the first of the run, the one that calls `finish` when all others have ended.
    """
    for name in [*os.environ]:
        if name in _UNSET or name.startswith("LC_") or (name.startswith("MEDCOST_") and name not in _READ_BY_TESTS):
            del os.environ[name]
    os.environ.update(_SET)
    # where PYTHONDONTWRITEBYTECODE was set, each worker would rewrite and compile every file of tests in every run
    sys.dont_write_bytecode = False
    time.tzset()
    os.umask(0o022)
    # a background job of a script inherits SIGINT as ignored, and so would all that tests start and interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ordinary in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ordinary, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    first = RUN not in os.environ
    if first:
        # asked to end, pytest ends as by Ctrl-C, and so comes to `finish`
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        os.environ[RUN] = tempfile.mkdtemp(prefix="medcost-tests-")
        run_folder().chmod(0o755)  # PostgreSQL's own user has to pass through
        (run_folder() / "pid").write_text(str(os.getpid()), encoding="ascii")
        end = "-----END CERTIFICATE-----\n"
        _authority().write_text(
            Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8"
        )
    home = run_folder() / "home"
    home.mkdir(exist_ok=True)
    os.environ["HOME"] = str(home)
    # each HTTP client that is made reads the certificates of all authorities, which takes 30 ms of a core; no test asks
    # a host that any of them vouches for, so one is enough
    os.environ["SSL_CERT_FILE"] = str(_authority())
    return first


def _authority() -> Path:
    return run_folder() / "authority.pem"


def run_folder() -> Path:
    """Return the folder that all workers of this run share."""
    return Path(os.environ[RUN])


def first_process() -> int:
    """Return the pid of the first process of this run, which ends last."""
    return int((run_folder() / "pid").read_text(encoding="ascii"))


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the path ``name`` in the folder of the run, made by the worker that asks first.

    The others wait for it. What ``make`` leaves behind when it fails is removed, so that the next one tries again.
    """
    path, done = run_folder() / name, run_folder() / f"{name}.done"
    with (run_folder() / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)
            make(path)
            done.touch()
    return path


def end_processes(started_by: Callable[[dict[str, str]], bool]) -> list[str]:
    """Kill each process of this run, other than pytest's own, whose environment ``started_by`` accepts.

    Returns:
        The command line of each process that was killed.
    """
    own = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    ended: list[str] = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            environment = process.environ()
            ours = environment.get(RUN) == os.environ[RUN]
            if process.pid not in own and ours and started_by(environment):
                ended.append(" ".join(process.cmdline()))
                process.kill()
    return ended


def finish() -> None:
    """End every process of the run that is left, and remove the folder of the run."""
    end_processes(lambda _: True)
    shutil.rmtree(run_folder(), ignore_errors=True)
