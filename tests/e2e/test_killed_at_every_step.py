"""Kill -9 before and after every durable change of a real command on real parts; then run it again."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.system.home import Home

LOOK = ["look"]


class Processes:
    """A home, and the driver that starts processes for it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        program = Path(__file__).with_name("step_killer.py")
        self.driver = subprocess.Popen(
            [sys.executable, str(program), str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *acts: list[Any], kill_at: int | None = None) -> dict[str, Any]:
        assert self.driver.stdin
        assert self.driver.stdout
        self.driver.stdin.write(json.dumps({"acts": acts, "kill_at": kill_at}) + "\n")
        self.driver.stdin.flush()
        return json.loads(self.driver.stdout.readline())

    def told(self, *acts: list[Any]) -> list[dict[str, Any]]:
        return self.ask(*acts)["told"]


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A home with champion 1 and a version 2."""
    home = Home(tmp_path_factory.mktemp("killed") / "home")
    home.make()
    with EmbeddedPostgres(home.postgres).lease():
        processes = Processes(home)
        for seed in (1, 2):
            made = home.path / f"made-{seed}"
            assert processes.told(["cook", str(made), seed], ["register", str(made / "medcost")])[1] == {
                "version": seed
            }
        assert processes.told(["promote", 1]) == [{"version": 1}]
        yield processes
        assert processes.driver.stdin
        processes.driver.stdin.close()
        processes.driver.wait(timeout=30)


def all_agree(looked: dict[str, Any]) -> bool:
    """Ledger, alias, pointer and the model that answers are one; nothing is half registered."""
    version, digest = looked["champion"]
    served = {entry[1] for entry in looked["entries"]}
    newest = max(looked["admitted"])
    aliases = {"champion": version} | ({} if newest in served else {"challenger": newest})
    return (
        looked["answered"] == [version, digest] == looked["entries"][-1][1:]
        and looked["aliases"] == aliases
        and looked["registered"] == looked["admitted"]
    )


def kill_at_every_step(processes: Processes, act: list[Any], again: list[Any], back: list[Any]) -> list[dict[str, Any]]:
    """Do it, killed at one moment more each time; again; and back. Gives what was seen after each second go."""
    processes.told(back)
    seen: list[dict[str, Any]] = []
    committed: set[bool] = set()
    for moment in itertools.count():  # how many there are is checked below
        before = processes.told(LOOK)[0] if moment == 0 else seen[-1]["back"]
        if not processes.ask(act, kill_at=moment)["killed"]:
            break
        killed, repaired, after, _, back_again = processes.told(LOOK, again, LOOK, back, LOOK)
        # the ledger verifies, and what the pointer names comes to life, at any moment
        assert "error" not in killed, killed
        committed.add(killed["entries"] != before["entries"] or killed["admitted"] != before["admitted"])
        assert all_agree(after), (moment, after)
        seen.append(after | {"repaired": repaired, "back": back_again})
    assert committed == {False, True}
    return seen


def test_a_promotion(processes: Processes) -> None:
    seen = kill_at_every_step(processes, ["promote", 2], ["promote", 2], ["rollback"])
    assert len(seen) >= 6  # the head twice, the commit between, the alias, the pointer, and the end
    assert {one["champion"][0] for one in seen} == {2}
    assert all("error" not in one["repaired"] for one in seen)


def test_a_rollback(processes: Processes) -> None:
    seen = kill_at_every_step(processes, ["rollback"], ["rollback"], ["promote", 2])
    assert len(seen) >= 6
    assert {one["champion"][0] for one in seen} == {1}
    # one that had been committed is not done twice: there is no champion before
    assert {one["repaired"].get("error") for one in seen} == {None, "PromotionRefused"}


def test_a_registration(processes: Processes) -> None:
    act = ["register", str(processes.home.path / "made-1" / "medcost")]
    seen = kill_at_every_step(processes, act, act, LOOK)
    assert len(seen) >= 8
    assert all(one["repaired"]["version"] == max(one["admitted"]) for one in seen)
    assert len({one["champion"][0] for one in seen}) == 1
