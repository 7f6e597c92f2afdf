"""`medcost train stage=all`, beside another checkout in turns, and on many rows within bounds of time and memory.

Each training begins in an empty home. The budget of a study is counted in trials, so that every machine does the same
work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import msgspec
import psutil

from adapters.yaml.schema_file import read_schema
from benchmarks.generators import GENERATORS, SCHEMA
from benchmarks.report import Result
from benchmarks.servers import TREE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.servers import Servers

_TIMES: Final = {"quick": 1, "usual": 3, "long": 5}
_ROWS: Final = {"quick": (2_000,), "usual": (5_000, 100_000), "long": (5_000, 100_000)}
_MINUTES: Final = {2_000: 5, 5_000: 5, 100_000: 15}
_GIGABYTE: Final = 2**30
_MOST_GIGABYTES: Final = 2
_PAUSE: Final = 1.0
"""Seconds between two looks at the memory: to add it up takes as long as a small fit."""
_BUDGET: Final = ("tuning=counted",)


@dataclass(frozen=True, slots=True)
class Training:
    """The time, memory and result of a training.

    Args:
        seconds: from start to end.
        cpu: seconds of CPU, of all its processes but PostgreSQL.
        gigabytes: the most memory of all its processes but PostgreSQL at one time, shared pages once.
        document: what the command prints for programs.
    """

    seconds: float
    cpu: float
    gigabytes: float
    document: dict[str, Any]

    @property
    def winner(self) -> str:
        return str(self.document["tuning"]["recipe"])

    @property
    def trials(self) -> int:
        return int(self.document["tuning"]["trials"])

    @property
    def loss(self) -> float:
        return float(self.document["verdict"]["candidacy"]["comparison"]["challenger_loss"])


def measure(servers: Servers, seconds: float) -> Iterator[Result]:  # noqa: ARG001  # it takes what it takes
    if servers.against:
        yield _beside(servers, servers.against)
    yield _large(servers)


def _beside(servers: Servers, other: Path) -> Result:
    done: dict[Path, list[Training]] = {TREE: [], other: []}
    for turn in range(_TIMES[servers.size]):  # in turns, so that a busy moment of the machine meets both
        for number, (tree, every) in enumerate(done.items()):
            every.append(trained(tree, servers.claims, servers.folder / f"training-{turn}-{number}"))
    ours, theirs = done[TREE], done[other]
    seconds, cpu = (
        (median(getattr(training, name) for training in ours), median(getattr(training, name) for training in theirs))
        for name in ("seconds", "cpu")
    )
    rows = (
        ("winner", ours[0].winner, theirs[0].winner, ""),
        ("trials", str(ours[0].trials), str(theirs[0].trials), ""),
        ("CRPS out of fold at the gate", f"{ours[0].loss:,.0f}", f"{theirs[0].loss:,.0f}", ""),
        ("seconds", f"{seconds[0]:.1f}", f"{seconds[1]:.1f}", ""),
        ("seconds of CPU", f"{cpu[0]:.1f}", f"{cpu[1]:.1f}", ""),
        ("seconds, here / there", f"{seconds[0] / seconds[1]:.2f}", "", "≤ 0.5"),
        ("seconds of CPU, here / there", f"{cpu[0] / cpu[1]:.2f}", "", ""),
    )
    load = os.getloadavg()[1]
    turns = f"Medians of {len(ours)} turns; load average of the machine over 5 minutes {load:.1f}."
    notes = (f"{turns} There: commit {_commit(other)}.",)
    return Result("Training beside another checkout", ("", "here", "there", "wanted"), rows, notes)


def _large(servers: Servers) -> Result:
    rows: list[tuple[str, ...]] = []
    for count in _ROWS[servers.size]:
        training = trained(TREE, _generated(servers.folder, count), servers.folder / f"training-{count}")
        bound = f"≤ {_MINUTES[count]} min, ≤ {_MOST_GIGABYTES} GB"
        figures = f"{training.seconds / 60:.1f}", f"{training.cpu / 60:.1f}", f"{training.gigabytes:.2f}"
        left_out = ", ".join(each["name"] for each in training.document["comparison"]["not_compared"])
        rows.append((f"{count:,}", *figures, training.winner, left_out, bound))
    columns = ("rows", "min", "min of CPU", "GB", "winner", "left out", "wanted")
    notes = ("Costs whose spread depends on age and BMI; memory of all processes but PostgreSQL.",)
    return Result("Training on many rows", columns, tuple(rows), notes)


def trained(tree: Path, claims: Path, home: Path) -> Training:
    """Train by the code of a checkout, in a home of its own."""
    words = ("train", "stage=all", "dataset=csv", f"dataset.path={claims}", *_BUDGET, "--json", "--home", str(home))
    document = home.with_suffix(".json")
    environment = os.environ | {"PYTHONPATH": str(tree / "src")}
    begun, most = time.perf_counter(), 0.0
    with document.open("wb") as output:
        command = [sys.executable, "-P", "-m", "entrypoints.cli.main", *words]
        process = subprocess.Popen(command, cwd=tree, env=environment, stdout=output, stderr=subprocess.DEVNULL)
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            most = max(most, _memory(process.pid))
            time.sleep(_PAUSE)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - begun
    assert not process.returncode, f"{' '.join(words)} by {tree} ended with {process.returncode}"
    return Training(took, used.ru_utime + used.ru_stime, most / _GIGABYTE, msgspec.json.decode(document.read_bytes()))


def _memory(pid: int) -> float:
    """Return the memory of a process and those it started, in bytes, each page divided by how many share it."""
    total = 0.0
    try:
        for member in (process := psutil.Process(pid), *process.children(recursive=True)):
            total += member.memory_full_info().pss
    except psutil.Error:  # it ended meanwhile
        return 0.0
    return total


def _generated(folder: Path, count: int) -> Path:
    """Write people of whom costs were drawn as a claims file."""
    schema, drawn = read_schema(SCHEMA), GENERATORS["spread"](count, 0)
    columns = [
        [str(fact.value(number)) for number in values]
        for fact, values in zip(schema.facts, drawn.rows.T.tolist(), strict=True)
    ]
    columns.append([f"{cost:.2f}" for cost in drawn.charges.tolist()])
    lines = [",".join(schema.columns), *map(",".join, zip(*columns, strict=True))]
    file = folder / f"generated-{count}.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _commit(tree: Path) -> str:
    words = ["git", "-C", str(tree), "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
