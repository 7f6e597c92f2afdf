"""The sources of this repository, each read and parsed once for all the rules that are checked on it."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

ROOT: Final = Path(__file__).parents[2]

_Node = TypeVar("_Node", bound=ast.AST)


class Source:
    """The nodes of a module's syntax tree, by their kind."""

    def __init__(self, text: str) -> None:
        self._nodes: dict[type[ast.AST], list[Any]] = {}
        for node in ast.walk(ast.parse(text)):
            self._nodes.setdefault(type(node), []).append(node)

    def nodes(self, *kinds: type[_Node]) -> Iterator[_Node]:
        """Yield the nodes of these kinds, one kind after another."""
        for kind in kinds:
            yield from self._nodes.get(kind, ())

    def docstrings(self) -> Iterator[ast.Constant]:
        """Yield the statements that are nothing but a text: docstrings, also those of attributes."""
        for parent in self.nodes(ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef):
            for statement in parent.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield statement.value


@cache
def sources(folder: str) -> dict[str, Source]:
    """Return the modules of a folder of the repository by their path in the repository."""
    # nodes are no garbage, yet while they are made each collection would look at all of them again: most of the work
    gc.disable()
    try:
        files = sorted((ROOT / folder).rglob("*.py"))
        return {file.relative_to(ROOT).as_posix(): Source(file.read_text(encoding="utf-8")) for file in files}
    finally:
        gc.freeze()
        gc.enable()
