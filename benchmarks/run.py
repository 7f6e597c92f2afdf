"""`make bench`: Medcost and its peers side by side in one run, as ratios; it takes half an hour.

make bench                                   # all of it; writes docs/performance.md
make bench DATA=insurance.csv                # with the champion of these data
make bench ARGS="--only http growth"         # some of it; writes nothing
make bench ARGS="--quick"                    # two minutes; writes nothing
make bench ARGS="--only training --against ../older"   # a training beside that of another checkout
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.load import GENERATOR
from benchmarks.servers import TREE, Servers

SECTIONS = ("startup", "pages", "http", "profile", "facts", "growth", "explanations", "batch", "history", "training")
"""Modules of `benchmarks.sections`, each with `measure(servers, seconds)` that gives results.
Start-up comes first: it needs the home that the others then use."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="claims that the champion learns from (default: a synthetic sample)")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--seconds", type=float, help="of each measurement (default 6, quick 2)")
    parser.add_argument("--quick", action="store_true", help="shorter and smaller")
    parser.add_argument("--long", action="store_true", help="fifty pages stay open for ten minutes, not one")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="whose training is measured beside ours")
    parser.add_argument("--output", type=Path, help="where the page goes (default, whole runs: docs/performance.md)")
    given = parser.parse_args()
    seconds = given.seconds or (2 if given.quick else 6)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    results: list[report.Result] = []
    with tempfile.TemporaryDirectory(prefix="medcost-bench-") as folder:
        size = "quick" if given.quick else "long" if given.long else "usual"
        with Servers(Path(folder), given.data and given.data.resolve(), size, given.against) as servers:
            print(f"load by {GENERATOR}; {servers.about}", flush=True)
            for name in (section for section in SECTIONS if section in (given.only or SECTIONS)):
                print(f"\n… {name}", file=sys.stderr, flush=True)
                for result in import_module(f"benchmarks.sections.{name}").measure(servers, seconds):
                    print(result.text(), flush=True)
                    results.append(result)
            about = servers.about
    print(f"\n{time.monotonic() - begun:.0f} s in all")
    page = given.output or (None if given.only or given.quick else TREE / "docs" / "performance.md")
    if page:
        data = " DATA=insurance.csv" if given.data else ""
        report.write(results, f"make bench{data}{' ARGS=--long' if given.long else ''}", about, page)
        print(f"written to {page}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\ninterrupted: everything that was started is stopped")
