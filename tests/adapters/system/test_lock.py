from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.system.lock import sole_holder
from domain.errors import HomeInUse

HOLD = """
import sys, time
from pathlib import Path
from adapters.system.lock import sole_holder

with sole_holder(Path(sys.argv[1]), otherwise="no", who="ann, process 7"):
    print("held", flush=True)
    time.sleep(300)
"""


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
