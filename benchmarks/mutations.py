"""Change the code at random places and count which changes the tests notice.

Each change is one of the operators below, at places drawn by a seed, as many from each of five folders of `src/`. It is
made in a copy of the tree, and the fast tier runs there; with ``--all`` the whole suite.

    python -m benchmarks.mutations --count 20 --seed 13
    python -m benchmarks.mutations --count 20 --seed 13 --only 4,17 --all
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
PLACES = ("src/domain", "src/application", "src/adapters", "src/entrypoints/http", "src/entrypoints/dashboard")
NOT_COPIED = (
    ".git",
    ".venv",
    ".venv-dvc",
    ".venv-docs",
    ".medcost",
    "__pycache__",
    ".pytest_cache",
    ".hypothesis",
    ".ruff_cache",
)

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}


@dataclass(frozen=True)
class Mutation:
    """One expression of a file, and what stands in its place."""

    file: Path
    start: int
    end: int
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(TREE)}:{self.line}: {self.before} -> {self.after}"

    def apply(self, tree: Path) -> None:
        """Write the changed file into a copy of the tree."""
        source = self.file.read_bytes()
        changed = source[: self.start] + self.after.encode() + source[self.end :]
        (tree / self.file.relative_to(TREE)).write_bytes(changed)


def variants(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what may stand in the place of an expression."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        changed = copy.deepcopy(node)
        changed.ops = [COMPARISONS[type(node.ops[0])]()]
        yield changed
    elif isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        changed = copy.deepcopy(node)
        changed.op = ARITHMETIC[type(node.op)]()
        yield changed
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)


_OPTIONS_OF_A_CLASS = ("decorator_list", "keywords")


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr | ast.List) or _is_string(side) for side in (node.left, node.right))


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def mutations(file: Path) -> Iterator[Mutation]:
    """Yield every change that the operators can make in a file."""
    source = file.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _evaluated(ast.parse(source)):
        if not isinstance(node, ast.expr) or node.end_lineno is None or node.end_col_offset is None:
            continue
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        for changed in variants(node):
            after = f"({ast.unparse(ast.fix_missing_locations(changed))})"
            yield Mutation(file, start, end, node.lineno, " ".join(source[start:end].decode().split()), after)


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run: no annotations, parts of an f-string, or options of a class such as ``frozen``."""
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns") or (isinstance(node, ast.ClassDef) and name in _OPTIONS_OF_A_CLASS):
            continue
        for each in child if isinstance(child, list) else [child]:
            if isinstance(each, ast.AST) and not isinstance(each, ast.JoinedStr):
                yield each
                yield from _evaluated(each)


def survives(mutation: Mutation, *, everything: bool) -> bool:
    """Run the tests over one change, and return whether they all pass."""
    with tempfile.TemporaryDirectory(prefix="medcost-mutation-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(TREE, tree, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        mutation.apply(tree)
        tier = [] if everything else ["--fast"]
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:cacheprovider", *tier],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            capture_output=True,
            check=False,
        )
        return ended.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="changes in all, a multiple of five")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--only", default="", help="numbers of the list, with commas between")
    parser.add_argument("--all", action="store_true", help="run the whole suite instead of the fast tier")
    parser.add_argument("--list", action="store_true", help="show the changes and run nothing")
    given = parser.parse_args()
    every = {place: [m for file in sorted((TREE / place).rglob("*.py")) for m in mutations(file)] for place in PLACES}
    draw = random.Random(given.seed)
    drawn = [m for place in PLACES for m in draw.sample(every[place], given.count // len(PLACES))]
    selected = {int(number) for number in given.only.split(",") if number} or set(range(1, len(drawn) + 1))
    survivors = 0
    for number, mutation in enumerate(drawn, 1):
        if number not in selected:
            continue
        if given.list:
            print(f"{number:3} {mutation}")
            continue
        began = time.monotonic()
        survived = survives(mutation, everything=given.all)
        survivors += survived
        word = "SURVIVED" if survived else "killed"
        print(f"{number:3} {word:8} {time.monotonic() - began:5.0f} s  {mutation}", flush=True)
    if not given.list:
        print(f"{sum(map(len, every.values()))} places; {survivors} of {len(selected)} survived")


if __name__ == "__main__":
    main()
