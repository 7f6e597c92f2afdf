"""`make bench`: the whole path on real parts against the same server's no-op, as ratios in one run.

Starts `medcost up` on a home of its own (a quick synthetic champion), loads it on loopback for a bounded time, and
stops it. By `wrk` where it is installed; else by a client of ours, which is slower and says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import aiohttp

CLI = [sys.executable, "-m", "entrypoints.cli.main"]
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast"}
QUICK = ["stage=all", "model=[interaction_lad]", "cv=quick", "tuning.n_trials=1", "dataset=synthetic"]


@dataclass(frozen=True)
class Figure:
    """Requests a second, and the median and 99th percentile of their latency in milliseconds."""

    per_second: float
    p50: float
    p99: float


def by_wrk(url: str, body: str | None, connections: int, seconds: int, folder: Path) -> Figure:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    if body is not None:
        script = folder / "post.lua"
        script.write_text(
            f"wrk.method = 'POST'\nwrk.body = [[{body}]]\nwrk.headers['Content-Type'] = 'application/json'\n"
        )
        command += ["-s", str(script)]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"{url} answered with errors:\n{said}")
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def latency(percent: str) -> float:
        number, name = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", said).groups()
        return float(number) * unit[name]

    return Figure(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), latency("50"), latency("99"))


async def by_ourselves(url: str, body: str | None, connections: int, seconds: int) -> Figure:
    taken: list[float] = []
    deadline = time.perf_counter() + seconds

    async def ask(session: aiohttp.ClientSession) -> None:
        while (begun := time.perf_counter()) < deadline:
            how = {"data": body, "headers": {"content-type": "application/json"}} if body else {}
            async with session.request("POST" if body else "GET", url, **how) as answer:
                await answer.read()
                answer.raise_for_status()
            taken.append(1000 * (time.perf_counter() - begun))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asyncio.gather(*(ask(session) for _ in range(connections)))
    cuts = quantiles(taken, n=100)
    return Figure(len(taken) / seconds, cuts[49], cuts[98])


def measured(url: str, body: str | None, connections: int, seconds: int, folder: Path) -> Figure:
    if shutil.which("wrk"):
        return by_wrk(url, body, connections, seconds, folder)
    return asyncio.run(by_ourselves(url, body, connections, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="medcost-bench-") as workspace:
        folder = Path(workspace)
        home = ["--home", str(folder / "home")]
        subprocess.run([*CLI, "train", *QUICK, *home], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        up = subprocess.Popen([*CLI, "up", "--port", "0", *home], stdout=subprocess.PIPE, text=True)
        try:
            url = next(line for line in up.stdout if line.startswith("Ready: ")).split()[1]
            print("load by", "wrk" if shutil.which("wrk") else "our own client (no wrk here: figures are lower bounds)")
            for connections in (1, 32):
                noop = measured(f"{url}/api/v1/health/live", None, connections, seconds, folder)
                ours = measured(f"{url}/api/v1/predictions", json.dumps(ANN), connections, seconds, folder)
                print(f"\n{connections} connection{'s' if connections > 1 else ''}")
                for name, figure in (("no-op", noop), ("prediction", ours)):
                    print(f"  {name:11}{figure.per_second:8,.0f}/s  p50 {figure.p50:7.2f} ms  p99 {figure.p99:7.2f} ms")
                throughput, p50, p99 = ours.per_second / noop.per_second, ours.p50 / noop.p50, ours.p99 / noop.p99
                print(f"  prediction / no-op: throughput {throughput:.2f}, p50 {p50:.1f}, p99 {p99:.1f}")
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(timeout=60)


if __name__ == "__main__":
    main()
