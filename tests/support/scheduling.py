"""Which tests go to one worker together, and which come first.

A file goes to one worker, so that what its tests share is made once. A file that takes long is split, where its tests
need not share it: else everybody waits in the end for the one worker that has it.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support import isolation, tiers

LONGEST: Final = (
    "tests/e2e/test_pipeline.py",
    "tests/deploy/compose/test_compose.py",
    "tests/e2e/test_release_0_1.py",
    "tests/e2e/test_killed_at_every_step.py",
    # from here on each needs the trained home, which the first of them makes while the others run
    "tests/e2e/test_up.py",
    "tests/soak/test_faults.py",
    "tests/soak/test_kills.py",
    "tests/e2e/test_backup.py",
    "tests/deploy/postgres/test_travel.py",
    "tests/e2e/test_retraining.py",
    "tests/e2e/test_cluster.py",
    "tests/deploy/postgres/test_processes.py",
    "tests/entrypoints/dashboard/test_main_jobs.py",
    "tests/entrypoints/dashboard/test_browser.py",
)
"""Files that take longest, roughly the longest first: `--durations=0` shows how long."""

SPLIT: Final = frozenset(file for file in LONGEST if file.startswith(("tests/e2e/", "tests/entrypoints/")))
"""Those of `LONGEST` that are split: each test goes where there is room, but those that share a fixture of the file.

Tests of deployment are not: they use networks and mounts of fixed names.
"""

_SHARED: Final = ("class", "module", "package")


class LongestFirst(LoadScopeScheduling):
    """Gives a file of `SPLIT` to the workers in its groups of tests, any other file whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return self._groups.get(nodeid, nodeid) if file in SPLIT else file

    @cached_property
    def _groups(self) -> dict[str, str]:
        # asked first when all workers have collected, and so written it
        return json.loads(_groups_file().read_text(encoding="utf-8"))


def _groups_file() -> Path:
    return isolation.run_folder() / "groups.json"


def prepare(items: list[pytest.Item]) -> None:
    """Put tests that share a fixture of their file into a group, and the files that take longest first.

    Files that are not among `LONGEST` come in the order of what they need, and fast ones last.
    """
    order = [*reversed(tiers.NEEDS)]
    rank: dict[Path, tuple[int, int]] = {}
    groups: dict[str, str] = {}
    for item in items:
        place = item.path.relative_to(item.config.rootpath).as_posix()
        needs = [order.index(need) for need in tiers.NEEDS if item.get_closest_marker(need)]
        longest_rank = LONGEST.index(place) if place in LONGEST else len(LONGEST)
        rank[item.path] = (longest_rank, min([rank.get(item.path, (0, len(order)))[1], *needs]))
        if place in SPLIT and (shared := shared_fixtures(item)):
            groups[item.nodeid] = f"{place}: {', '.join(shared)}"
    items.sort(key=lambda item: rank[item.path])
    draft = _groups_file().with_suffix(f".{os.getpid()}")  # every worker writes the same
    draft.write_text(json.dumps(groups), encoding="utf-8")
    draft.rename(_groups_file())


def shared_fixtures(item: pytest.Item) -> list[str]:
    """Return the fixtures of a test that are made once for several tests of its file."""
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009  # pytest has no public way to ask
    return sorted(name for name, scopes in definitions.items() if scopes[-1].scope in _SHARED)
