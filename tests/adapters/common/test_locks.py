from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from adapters.common.locks import sole_holder, waited_for
from domain.errors import HomeInUse

HOLD = """
import sys, time
from pathlib import Path
from adapters.common.locks import sole_holder

with sole_holder(Path(sys.argv[1]), otherwise="no", who="ann, process 7"):
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.mark.process
def test_a_second_holder_is_refused_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "up.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(HomeInUse, match="taken: ann, process 7"), sole_holder(lock, otherwise="taken"):
            pytest.fail("two holders")
        other.kill()
        other.wait()
    with sole_holder(lock, otherwise="taken"):
        assert lock.read_text() == ""  # whoever held it before is not named any more


@pytest.mark.parametrize("name", ["studies.lock", ""], ids=["file", "folder"])
def test_whoever_waits_gets_the_lock_when_the_holder_lets_go(tmp_path: Path, name: str) -> None:
    waits, order = threading.Event(), list[str]()

    def wait() -> None:
        with waited_for(tmp_path / name, waits.set):
            order.append("second")

    second = threading.Thread(target=wait)
    with waited_for(tmp_path / name):
        second.start()
        assert waits.wait(10)
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]


def test_nobody_is_informed_of_a_wait_that_ends_soon(tmp_path: Path) -> None:
    lock, informed = tmp_path / "lock", list[str]()
    with waited_for(lock, lambda: informed.append("waits"), soon=1):
        pass
    assert informed == []
