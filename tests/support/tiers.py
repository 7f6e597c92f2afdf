"""The tiers of the suite, told apart by what a test needs.

A test is of the fast tier unless it needs something: its needs are the markers below, which follow from its folder,
its fixtures and its parameters, or are written beside the test where neither says it.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest

NEEDS: Final = {
    "process": "starts a process of its own",
    "server": "asks a real server: PostgreSQL, MLflow, a model server, S3, Dask",
    "browser": "opens pages in a real browser",
    "training": "fits models by scikit-learn, or searches with Optuna",
    "deploy": "runs what is deployed: scripts of hosts, networks, certificates, images",
    "soak": "puts the whole system under load and faults",
}

_BY_FOLDER: Final = {
    "tests/deploy": "deploy",
    "tests/soak": "soak",
    "tests/e2e": "process",
    "tests/adapters/sklearn": "training",
    "tests/adapters/optuna": "training",
    "tests/architecture": "process",
}
_BY_FIXTURE: Final = {
    "postgres_server": "server",
    "start_model_server": "server",
    "serve_mlflow": "server",
    "mlflow_database": "server",
    "dask_cluster": "server",
    "s3": "server",
    "oidc_issuer": "server",
    "serve": "server",
    "api_process": "server",
    "medcost_up": "process",
    "browser": "browser",
    "trained": "training",
    "fitted": "training",
    "trainer": "training",
}
_BY_PARAMETER: Final = {
    "postgres": "server",
    "embedded": "server",
    "mlflow": "server",
    "mlflow over http": "server",
    "in a child": "process",
    "local": "process",
    "processes": "process",
    "sqlite": "training",
    "bentoml": "server",
    "dask": "server",
    "openid": "server",
    "in-process": "training",
    "sklearn": "training",
    "optuna": "training",
}

_PYTESTMARK: Final = re.compile(r"^pytestmark = pytest\.mark\.(\w+)$", re.MULTILINE)
_PROCESS_EVENTS: Final = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"})
_HEAVY: Final = frozenset({"sklearn", "mlflow", "bentoml", "optuna", "dask", "xgboost", "playwright"})

_MOST_WAITING: Final = 1.0
"""Seconds for which a fast test may stand still. Seconds in which it works, or queues for a core or a disk, do not
count."""
_SOME_WORK: Final = 0.05
"""Seconds of work by threads that are gone; less may be a difference of two clocks."""

heavy_imports: dict[str, str] = {}
"""The file of tests by which each heavy library came into this process."""

_guarded: str | None = None
_violations: list[str] = []
_threads_started = 0


def declare(config: pytest.Config) -> None:
    """Register a marker for each need, select fast tests if ``--fast`` says so, and start to watch them."""
    for name, meaning in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    if config.getoption("fast"):
        config.option.markexpr = f"not ({' or '.join(NEEDS)})"
    sys.addaudithook(_watch)


@cache
def needs_of_file(file: Path, root: Path) -> frozenset[str]:
    """Return what all tests of a file or folder need, without importing it."""
    place = file.relative_to(root)
    needs = {need for folder, need in _BY_FOLDER.items() if place.is_relative_to(folder)}
    if file.suffix == ".py":
        needs |= {need for need in _PYTESTMARK.findall(file.read_text(encoding="utf-8")) if need in NEEDS}
    return frozenset(needs)


def mark(item: pytest.Item) -> None:
    """Mark a test by what its file, fixtures and parameters need."""
    needs = set(needs_of_file(item.path, item.config.rootpath))
    needs |= {_BY_FIXTURE[name] for name in getattr(item, "fixturenames", ()) if name in _BY_FIXTURE}
    if parameters := getattr(item, "callspec", None):
        values = [value for value in parameters.params.values() if isinstance(value, str)]
        needs |= {_BY_PARAMETER[value] for value in values if value in _BY_PARAMETER}
    for need in needs:
        item.add_marker(need)


def is_fast(item: pytest.Item) -> bool:
    """Return whether a test needs nothing of `NEEDS`."""
    return not any(item.get_closest_marker(need) for need in NEEDS)


@contextmanager
def guarded(item: pytest.Item) -> Iterator[None]:
    """Watch a fast test while it runs."""
    global _guarded  # noqa: PLW0603  # an audit hook is given no state
    _violations.clear()
    if not is_fast(item):
        yield
        return
    _guarded = item.nodeid
    try:
        yield
    finally:
        _guarded = None


@contextmanager
def waiting_measured(item: pytest.Item) -> Iterator[None]:
    """Note if a fast test stands still for longer than a second while the block runs."""
    before, ended, threads = time.monotonic(), time.process_time(), _threads_started
    crowded, disk, uses = _stalled("cpu"), _stalled("io"), _disk_uses()
    worked, queued = _live_threads()
    yield
    took, all_worked = time.monotonic() - before, time.process_time() - ended
    worked, queued = (after - before for after, before in zip(_live_threads(), (worked, queued), strict=True))
    # threads that have ended, a library's own too, left only their work behind: they queued for no longer than anybody
    # did on this machine
    left = max(all_worked - worked, 0.0)
    queued += _stalled("cpu") - crowded if _threads_started > threads or left > _SOME_WORK else 0.0
    # no thread is told its own share
    queued += _stalled("io") - disk if _disk_uses() > uses else 0.0
    waited = took - worked - queued - left
    if is_fast(item) and waited > _MOST_WAITING and _CAN_MEASURE:
        _violations.append(f"waited for {waited:.1f} s")


def report(item: pytest.Item, report: pytest.TestReport) -> None:
    """Fail a fast test that did what belongs to another tier, and say to which."""
    if report.passed and is_fast(item) and _violations:
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} is a test of the fast tier, and {'; '.join(dict.fromkeys(_violations))}. "
            f"Mark it with what it needs (@pytest.mark.process, …), or do without: see tests/support/tiers.py."
        )


_PRESSURE: Final = Path("/proc/pressure")
_CAN_MEASURE: Final = Path("/proc/thread-self/schedstat").exists()


def _live_threads() -> tuple[float, float]:
    """Return the seconds that the threads of this process have worked, and queued for a core."""
    working, queueing = 0, 0
    for file in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError):  # a thread that has just ended
            work, queue, _ = file.read_text(encoding="ascii").split()
            working, queueing = working + int(work), queueing + int(queue)
    return working / 1e9, queueing / 1e9


def _stalled(by: str) -> float:
    """Return the seconds, since the start of this machine, during which some thread queued for a core or a disk."""
    try:
        return int((_PRESSURE / by).read_text(encoding="ascii").split("total=")[1].split()[0]) / 1e6
    except OSError:  # a kernel that does not tell: some may have queued all the time
        return time.monotonic()


def _disk_uses() -> int:
    """Return how often this process has read from a disk, or written for it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_inblock + usage.ru_oublock + usage.ru_majflt


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    global _threads_started  # noqa: PLW0603  # an audit hook is given no state
    if event == "import" and (library := str(arguments[0]).split(".")[0]) in _HEAVY:
        heavy_imports.setdefault(library, _test_file())
        if _guarded:
            _violations.append(f"imports {library}, which trains, serves or browses")
    elif event == "_thread.start_new_thread":
        _threads_started += 1
    elif _guarded and event in _PROCESS_EVENTS:
        _violations.append(f"starts a process ({event} {str(arguments[:1])[:120]})")


def _test_file() -> str:
    """Return the innermost file of tests on the stack."""
    frame = sys._getframe()  # inspect.stack would read every source on the way
    while frame and "/tests/" not in frame.f_code.co_filename.replace(__file__, ""):
        frame = frame.f_back
    return frame.f_code.co_filename if frame else "pytest"
