"""What all tests share: which real parts this machine can give."""

from __future__ import annotations

import os
from collections.abc import Callable

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing:
        terminalreporter.section("parts that were not available here, and therefore not tested")
        for name, reason in sorted(_missing.items()):
            terminalreporter.line(f"{name}: {reason}")
