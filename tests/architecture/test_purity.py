"""What import-linter cannot say: which libraries the core may import, and where our package names resolve to."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Source, sources

SRC = ROOT.resolve() / "src"
OURS = ("domain", "application", "adapters", "entrypoints")
ALLOWED = {"domain": {"domain"}, "application": {"application", "domain"}}


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Every imported top-level package, wherever in the file the import stands; "." for a relative one."""
    for node in source.nodes(ast.Import):
        yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
    for node in source.nodes(ast.ImportFrom):
        yield node.lineno, "." if node.level else (node.module or "").split(".")[0]


def importers(folder: str, *packages: str) -> list[str]:
    """Return the files of a folder that import any of these packages."""
    return [
        file for file, source in sources(folder).items() if {*packages} & {package for _, package in imports(source)}
    ]


def modules_of(package: str) -> dict[str, Source]:
    return {file: source for file, source in sources("src").items() if file.startswith(f"src/{package}/")}


def foreign(source: Source, allowed: set[str]) -> list[tuple[int, str]]:
    return [(line, name) for line, name in imports(source) if name not in allowed | sys.stdlib_module_names]


@pytest.mark.parametrize("package", ALLOWED)
def test_the_core_imports_only_the_standard_library_and_itself(package: str) -> None:
    modules = modules_of(package)
    assert modules
    assert {file: bad for file, source in modules.items() if (bad := foreign(source, ALLOWED[package]))} == {}


@pytest.mark.parametrize(
    "violation", ["import numpy", "def f():\n    from adapters.memory import clock", "from . import errors"]
)
def test_a_planted_violation_is_found(violation: str) -> None:
    assert foreign(Source(violation), ALLOWED["domain"])


BANNED = {"random", "secrets", "time", "socket", "subprocess", "threading", "asyncio", "os", "io", "shutil"}
CALLS = {"open", "print", "input", "now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes"}


def impurities(source: Source) -> set[str]:
    """Modules of I/O, clock or randomness that a source imports, and calls of theirs that need no import."""
    calls = (node.func for node in source.nodes(ast.Call))
    named = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    return {name for _, name in imports(source) if name in BANNED} | named & CALLS


def test_the_domain_has_no_clock_no_randomness_and_no_files() -> None:
    modules = modules_of("domain")
    assert modules
    assert {file: bad for file, source in modules.items() if (bad := impurities(source))} == {}


@pytest.mark.parametrize("line", ["import random", "datetime.now()", "open('x')", "Path('x').read_text()"])
def test_a_planted_impurity_is_found(line: str) -> None:
    assert impurities(Source(line))


@pytest.mark.parametrize("package", OURS)
def test_our_package_names_resolve_below_src(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(SRC)


def test_tests_patch_nothing() -> None:
    assert importers("tests", "unittest", "mock", "pytest_mock") == []


def test_no_relative_imports() -> None:
    assert importers("src", ".") == []
