"""Results for people: tables on the terminal, and docs/performance.md with its plots."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import GENERATOR

_PACKAGES = ("litestar", "uvicorn", "bentoml", "mlflow", "scikit-learn", "sqlalchemy", "asyncpg", "fastapi")


@dataclass(frozen=True)
class Curve:
    """A line of a plot: ``x`` and ``y``."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Plot:
    """Curves over the number of connections."""

    file: str
    title: str
    unit: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Result:
    """The result of a section: a table with plots and notes."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = field(default=())

    def markdown(self) -> str:
        lines = [f"## {self.title}", ""]
        lines += [f"| {' | '.join(self.columns)} |", "|---" * len(self.columns) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        lines += [""] + [f"{note}\n" for note in self.notes]
        lines += [f"![{plot.title}](images/{plot.file})\n" for plot in self.plots]
        return "\n".join(lines)

    def text(self) -> str:
        every = [self.columns, *self.rows]
        widths = [max(len(row[at]) for row in every) for at in range(len(self.columns))]
        lines = [
            "  "
            + "  ".join(c.rjust(w) if at else c.ljust(w) for at, (c, w) in enumerate(zip(row, widths, strict=True)))
            for row in every
        ]
        return "\n".join([f"\n{self.title}", *lines, *(f"  {note}" for note in self.notes)])


def ratio(name: str, measured: float, target: str = "") -> tuple[str, str, str]:
    """Return a row of a table of ratios."""
    return name, f"{measured:.2f}", target


def machine() -> str:
    """Describe the machine."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def write(results: list[Result], command: str, about: str, into: Path) -> None:
    """Write the page and its plots."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    head = (
        "# Performance\n\n"
        "Ratios of one run on one machine, all parts and the load generator on loopback and sharing its cores. "
        "Absolute figures say more about the machine than about the program.\n\n"
        f"- command: `{command}`\n- machine: {machine()}\n- load: {GENERATOR}\n- {about}\n- {versions}\n"
    )
    into.write_text("\n".join([head, *(result.markdown() for result in results)]), encoding="utf-8")
    for plot in (plot for result in results for plot in result.plots):
        _draw(plot, into.parent / "images" / plot.file)


def _draw(plot: Plot, into: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415  # takes a second, and is needed at the very end

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "medcost"  # the same figures give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for curve in plot.curves:
        axes.plot(curve.x, curve.y, marker="o", label=curve.name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(plot.curves[0].x, [f"{x:g}" for x in plot.curves[0].x])
    axes.set_ylim(bottom=0)
    axes.set(title=plot.title, xlabel="connections", ylabel=plot.unit)
    axes.grid(alpha=0.3)
    axes.legend()
    into.parent.mkdir(exist_ok=True)
    figure.savefig(into, metadata={"Date": None})
    plt.close(figure)


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
