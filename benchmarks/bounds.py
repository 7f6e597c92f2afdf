"""The processor time of a prediction in each part, which bounds the predictions a second of one core.

    python -m benchmarks.bounds

Processor time of each process of `medcost up` under load, divided by the predictions made meanwhile, and how many of
them PostgreSQL committed at once. Needs no quiet machine: time that others take is not counted.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from adapters.postgres.embedded import EmbeddedPostgres
from benchmarks.load import load
from benchmarks.people import people
from benchmarks.servers import Servers
from entrypoints.hosting import run_file

CONNECTIONS, SECONDS = 32, 10


def seconds_of(processes: list[psutil.Process]) -> float:
    """Return the processor time so far of processes and their children."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def family(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def measure(servers: Servers) -> None:
    url, bodies = f"{servers.ours}/api/v1/predictions", people(1000)
    load(url, bodies, connections=CONNECTIONS, seconds=2)  # connections are open, caches warm
    running = run_file.read(servers.home.run_file)
    assert running
    parts = {part.name: family(part.process.pid) for part in running.parts if part.name in ("web", "model")}
    parts["postgres"] = family(int((servers.home.postgres / "postmaster.pid").read_text().split()[0]))
    engine = create_engine(EmbeddedPostgres(servers.home.postgres).url("medcost", driver="psycopg"))
    commits = text("SELECT xact_commit FROM pg_stat_database WHERE datname = 'medcost'")
    with engine.connect() as connection:
        committed = int(connection.execute(commits).scalar_one())
    before = {name: seconds_of(processes) for name, processes in parts.items()}
    figure = load(url, bodies, connections=CONNECTIONS, seconds=SECONDS)
    spent = {name: seconds_of(processes) - before[name] for name, processes in parts.items()}
    with engine.connect() as connection:
        committed = int(connection.execute(commits).scalar_one()) - committed
    made = figure.per_second * SECONDS
    print(f"{figure.per_second:,.0f} predictions/s at {CONNECTIONS} connections, p99 {figure.p99:.1f} ms")
    print(f"{made / max(committed, 1):.1f} predictions a commit\n")
    print("| part | processor time of a prediction, µs | predictions/s of one core |\n|---|---|---|")
    for name, seconds in spent.items():
        print(f"| {name} | {1e6 * seconds / made:.0f} | {made / seconds:,.0f} |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="medcost-bounds-") as folder, Servers(Path(folder), None) as servers:
        measure(servers)
