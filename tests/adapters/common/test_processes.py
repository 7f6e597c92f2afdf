"""A process is recognised whatever the wall clock says, and none is taken for another."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from adapters.common.processes import ProcessId


def test_this_process_is_alive_and_noted_with_its_start_since_the_boot() -> None:
    mine = ProcessId.mine()
    assert mine.is_alive
    assert (mine.ticks is not None) == (sys.platform == "linux")


def test_a_step_of_the_wall_clock_hides_no_process() -> None:
    mine = ProcessId.mine()
    for seconds in (-86_400, -1, 1, 86_400):
        stepped = replace(mine, started=mine.started + seconds)
        assert stepped.is_alive == (mine.ticks is not None)


@pytest.mark.parametrize("changed", [{"ticks": 1}, {"boot": "another"}])
def test_a_pid_that_was_given_away_again_is_not_alive(changed: dict[str, Any]) -> None:
    assert not replace(ProcessId.mine(), **changed).is_alive


def test_what_version_0_1_wrote_is_recognised_by_its_second() -> None:
    mine = ProcessId.mine()
    written = ProcessId.decode(f"{mine.pid} {mine.started!r}")
    assert written is not None
    assert written == ProcessId(mine.pid, mine.started)
    assert written.is_alive
    assert not replace(written, started=mine.started - 3600).is_alive


def test_an_identity_is_read_as_it_was_written() -> None:
    mine = ProcessId.mine()
    assert ProcessId.decode(mine.encode()) == mine


@pytest.mark.parametrize("text", ["", "12", '{"pid": 12', '{"pid": "twelve"}', "twelve 1.5"])
def test_what_is_no_identity_is_none(text: str) -> None:
    assert ProcessId.decode(text) is None
