"""What all tests share: which real parts this machine can give."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import isolation, loops, scheduling, tiers

pytest_plugins = [
    "tests.support.fixtures.databases",
    "tests.support.fixtures.homes",
    "tests.support.fixtures.servers",
]

# a busy machine takes longer than hypothesis' 200 ms over an example without anything being wrong
# every run tries the same examples, so that a change of the code alone decides; others where MEDCOST_SOAK is set
_SAME = not os.environ.get("MEDCOST_SOAK")
settings.register_profile("medcost", deadline=None, derandomize=_SAME)
settings.register_profile("fast", deadline=None, derandomize=_SAME, max_examples=30)  # of 100 in the other tiers
settings.load_profile("medcost")

_missing: dict[str, str] = {}
_FIRST_PROCESS = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="only tests that need no process, server, browser or training")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIRST_PROCESS] = isolation.isolate()
    tiers.declare(config)
    if config.getoption("fast"):
        settings.load_profile("fast")
    gc.disable()  # collecting imports a lot, which is no garbage: see `pytest_collection_finish`


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    shared = "support" in collection_path.parts and collection_path.suffix == ".py"
    if shared and not collection_path.name.startswith("test_"):  # has no doctests, and may import what is heavy
        return True
    return (config.getoption("fast") and bool(tiers.needs_of_file(collection_path, config.rootpath))) or None


def pytest_sessionfinish(session: pytest.Session) -> None:
    heard: dict[str, object] = getattr(session.config, "workeroutput", {})  # what a worker sends when it ends
    heard["heavy_imports"] = tiers.heavy_imports
    if session.config.getoption("fast") and tiers.heavy_imports:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker that has ended what it imported."""
    tiers.heavy_imports.update(getattr(node, "workeroutput", {}).get("heavy_imports", {}))


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash[_FIRST_PROCESS]:
        isolation.finish()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        tiers.mark(item)
    if hasattr(config, "workerinput"):
        scheduling.prepare(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> scheduling.LongestFirst | None:
    return scheduling.LongestFirst(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    # what was imported to collect stays until the end: no collection of garbage need look at it again
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with tiers.guarded(item), loops.browsers_loop_hidden(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    with tiers.waiting_measured(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        if report.failed:  # whatever it started and did not get to end would be in the way of the tests that follow
            isolation.end_processes(lambda of: of.get("PYTEST_CURRENT_TEST") == f"{item.nodeid} (call)")
        tiers.report(item, report)
    return report


@pytest.fixture(scope="session")
def part() -> Callable[[str, str | None], None]:
    """`part("chromium", "not installed")` skips the test, or fails it under MEDCOST_REQUIRE=all; None passes.

    MEDCOST_REQUIRE names parts with commas between: `chromium`, `all`, `all,-docker-engine` (all but that).
    """

    def need(name: str, missing_because: str | None) -> None:
        if missing_because is None:
            return
        _missing[name] = missing_because
        required = os.environ.get("MEDCOST_REQUIRE", "").split(",")
        if name in required or ("all" in required and f"-{name}" not in required):
            pytest.fail(f"{name} is required here, but {missing_because}")
        pytest.skip(f"{name}: {missing_because}")

    return need


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("fast") and tiers.heavy_imports:
        terminalreporter.section("heavy libraries that the fast tier imported: import them where they are needed")
        for name, importer in sorted(tiers.heavy_imports.items()):
            terminalreporter.line(f"{name}: by {importer}")
    if _missing:
        terminalreporter.section("parts that were not available here, and therefore not tested")
        for name, reason in sorted(_missing.items()):
            terminalreporter.line(f"{name}: {reason}")
