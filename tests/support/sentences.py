"""The sentences that stand in the source: what errors are raised with, and every text of a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[2] / "src"
GAP: Final = re.compile(r"{\w*}")
"""What is filled in: without a name in sentences of the source, with one in those of the catalogue."""


def raised(names: Sequence[str], folders: Sequence[str], *, but: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Give the place and the sentence of each call by one of these names in folders of the source.

    Sentences that are put together elsewhere are left out.
    """
    for path, tree in modules(folders, but=but):
        for scope, call in _calls(tree, tree):
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if called in names:
                texts = [text for argument in _arguments(call) for text in _texts(argument, scope)]
                yield from ((f"{path}:{call.lineno}", text) for text in texts)


def pieces(folders: Sequence[str]) -> str:
    """Return all texts of folders of the source, one below the other; those of an f-string as its pieces."""
    return "\n".join(
        node.value
        for _, tree in modules(folders)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def modules(folders: Sequence[str], *, but: Sequence[str] = ()) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            name = path.relative_to(SOURCE).as_posix()
            if not name.startswith(tuple(but)):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _calls(node: ast.AST, scope: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inner = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        if isinstance(child, ast.Call):
            yield scope, child
        yield from _calls(child, inner)


def _arguments(call: ast.Call) -> list[ast.expr]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "detail"]
    return named or call.args


def _texts(node: ast.expr, scope: ast.AST, *, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give the texts that an argument may be, from the assignments of its function where it is a name."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body, scope, seen=seen)
            yield from _texts(other, scope, seen=seen)
        case ast.Name(id=name) if name not in seen:
            for inside in ast.walk(scope):
                if isinstance(inside, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == name for target in inside.targets
                ):
                    yield from _texts(inside.value, scope, seen=seen | {name})
        case _:
            pass
