"""Load from one machine on loopback: by `wrk` where it is installed, else by a bundled client, which is slower."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GENERATOR = "wrk" if shutil.which("wrk") else "the bundled client (no wrk here: figures are lower bounds)"
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Figure:
    """The result of a load: good answers a second, latencies in milliseconds, errors, and all good answers."""

    per_second: float
    p50: float
    p99: float
    errors: int
    answered: int

    def row(self) -> tuple[str, str, str, str]:
        return f"{self.per_second:,.0f}", f"{self.p50:.2f}", f"{self.p99:.2f}", str(self.errors or "")


def load(url: str, bodies: Sequence[Any] | None, *, connections: int, seconds: float) -> Figure:
    """Send requests as fast as answers come: GET, or POST of each JSON body in turn, over persistent connections."""
    texts = None if bodies is None else [json.dumps(body, separators=(",", ":")) for body in bodies]
    if shutil.which("wrk"):
        return _by_wrk(url, texts, connections, seconds)
    return asyncio.run(_by_ourselves(url, texts, connections, seconds))


def _by_wrk(url: str, texts: Sequence[str] | None, connections: int, seconds: float) -> Figure:
    with tempfile.TemporaryDirectory(prefix="medcost-wrk-") as folder:
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "30s"]
        if texts is not None:
            script = Path(folder) / "post.lua"
            script.write_text(_LUA.replace("BODIES", ",\n".join(f"[==[{text}]==]" for text in texts)))
            command += ["-s", str(script)]
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    bad = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
    for kinds in re.findall(r"Socket errors: (.*)", output):
        bad += sum(int(number) for number in re.findall(r"\d+", kinds))
    answered, took, unit = _match(r"(\d+) requests in ([\d.]+)(ms|s|m)", output).groups()
    seconds = float(took) * _MILLISECONDS[unit] / 1000
    good = int(answered) - bad
    return Figure(good / seconds, _wrk_latency(output, 50), _wrk_latency(output, 99), bad, good)


def _wrk_latency(output: str, percent: int) -> float:
    number, unit = _match(rf"\s{percent}%\s+([\d.]+)(us|ms|s|m)\b", output).groups()
    return float(number) * _MILLISECONDS[unit]


def _match(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text, re.IGNORECASE)
    if match is None:
        message = f"nothing like {pattern} in:\n{text}"
        raise ValueError(message)
    return match


_LUA = """
local bodies = {BODIES}
local requests, at = {}, 0
function init()
  for i, body in ipairs(bodies) do
    requests[i] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"""


async def _by_ourselves(url: str, texts: Sequence[str] | None, connections: int, seconds: float) -> Figure:
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    head = f"{'GET' if texts is None else 'POST'} {path} HTTP/1.1\r\nHost: {where.netloc}\r\n"
    requests = cycle(
        (
            head
            + (f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n" if text else "")
            + f"\r\n{text}"
        ).encode()
        for text in texts or [""]
    )
    taken: list[float] = []
    bad = 0
    begun = time.perf_counter()

    async def ask(requests: Iterator[bytes]) -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while (at := time.perf_counter()) < begun + seconds:
            writer.write(next(requests))
            answer = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(_match(r"content-length: *(\d+)", answer.decode("latin-1")).group(1)))
            taken.append(1000 * (time.perf_counter() - at))
            bad += not answer.startswith(b"HTTP/1.1 2")
        writer.close()

    await asyncio.gather(*(ask(requests) for _ in range(connections)))
    cuts = quantiles(taken, n=100)
    good = len(taken) - bad
    return Figure(good / (time.perf_counter() - begun), cuts[49], cuts[98], bad, good)
