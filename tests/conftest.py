"""What all tests share: which real parts this machine can give."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_missing: dict[str, str] = {}


@pytest.fixture(scope="session")
def part() -> Callable[[str, str | None], None]:
    """`part("chromium", "not installed")` skips the test, or fails it under MEDCOST_REQUIRE=all; None passes."""

    def need(name: str, missing_because: str | None) -> None:
        if missing_because is None:
            return
        _missing[name] = missing_because
        required = os.environ.get("MEDCOST_REQUIRE", "")
        if required == "all" or name in required.split(","):
            pytest.fail(f"{name} is required here, but {missing_because}")
        pytest.skip(f"{name}: {missing_because}")

    return need


@pytest.fixture(scope="session")
def start_model_server() -> Iterator[Callable[[Path], tuple[str, subprocess.Popen[bytes]]]]:
    """`start_model_server(home)` serves flat models of a home by the real BentoML service; its address and process.

    The socket listens before the server is up: whoever asks at once waits until it answers.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(home: Path) -> tuple[str, subprocess.Popen[bytes]]:
        with socket.create_server(("127.0.0.1", 0)) as door:
            started.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "entrypoints.model_server.main"),
                        *(f"--fd={door.fileno()}", f"--parent={os.getpid()}"),
                    ],
                    env={**os.environ, "MEDCOST_HOME": str(home), "MEDCOST_PROFILE": "memory"},
                    pass_fds=[door.fileno()],
                )
            )
            return f"http://127.0.0.1:{door.getsockname()[1]}", started[-1]

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("parts that were not available here, and therefore not tested")
        for name, reason in sorted(_missing.items()):
            terminalreporter.line(f"{name}: {reason}")
