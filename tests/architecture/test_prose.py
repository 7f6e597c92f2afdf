"""Names and docstrings that a stranger understands, as far as a program can check them (docs/adr/0075-names.md)."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_TEST_NAME = 80

VAGUE = {"asked", "found", "kept", "known", "one", "said", "told", "wanted"}
"""Names that say what happened to a thing, not what it is. Refused alone, not as a part: `is_known` is a name."""
METAPHORS = {"crowd", "crowds", "desk", "desks", "door", "doors", "hop", "hops", "shelf", "shelves"}
"""Words of a private English: the terms of the field have taken their place. Refused as a part of a name too."""
PRONOUNS = {"he", "her", "his", "it", "its", "she", "that", "their", "these", "they", "this", "those"}
NOT_VERBS = PRONOUNS | {
    "a",
    "all",
    "an",
    "every",
    "how",
    "nothing",
    "one",
    "the",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "who",
    "why",
}


def words_of(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower().split("_")


def bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what a module names: variables, arguments, attributes, functions and types."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case _:
                pass


def unclear_names(source: str) -> list[str]:
    names = [(line, name, words_of(name)) for line, name in bound_names(ast.parse(source))]
    return [
        f"line {line}: {name}"
        for line, name, words in names
        if METAPHORS & {*words} or (len(words) == 1 and words[0] in VAGUE)
    ]


def unclear_docstrings(source: str) -> list[str]:
    """Find docstrings of one word, without a full stop or with a pronoun first; a function's begins with a verb."""
    unclear: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        first, _, _ = (ast.get_docstring(node) or "").partition("\n")
        words = re.findall(r"[\w'`.-]+", first.lower())
        refused = NOT_VERBS if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else PRONOUNS
        if first and (len(words) == 1 or words[0] in refused or first[-1] not in ".:"):
            unclear.append(f"line {getattr(node, 'lineno', 1)}: {first}")
    return unclear


def long_test_names(source: str) -> list[str]:
    names = (
        node.name for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return [name for name in names if name.startswith("test_") and len(name) > LONGEST_TEST_NAME]


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def findings(check: Callable[[str], list[str]], files: list[Path]) -> dict[str, list[str]]:
    checked = {str(file.relative_to(ROOT)): check(file.read_text()) for file in files}
    return {name: lines for name, lines in checked.items() if lines}


def test_names_say_what_things_are() -> None:
    assert findings(unclear_names, python_files("src", "tests", "benchmarks")) == {}


def test_docstrings_begin_with_a_sentence() -> None:
    assert findings(unclear_docstrings, python_files("src")) == {}


def test_names_of_tests_have_at_most_80_characters() -> None:
    assert findings(long_test_names, python_files("tests")) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "one = 1",
        "for found in range(3): pass",
        "def load(told): pass",
        "class Desk: pass",
        "def open_door(): pass",
        "self.hop_answer = 1",
        "[kept for kept in range(3)]",
        "match value:\n    case said: pass",
    ],
)
def test_a_planted_name_is_refused(planted: str) -> None:
    assert unclear_names(planted)


@pytest.mark.parametrize("clear", ["is_known = True", "model_store = 1", "def asked_amount(): pass", "hopeful = 1"])
def test_a_clear_name_passes(clear: str) -> None:
    assert unclear_names(clear) == []


@pytest.mark.parametrize("planted", ["Look.", "Return rows", "It answers.", "The rows.", "Whether it is there."])
def test_a_planted_docstring_is_refused(planted: str) -> None:
    assert unclear_docstrings(f'def read():\n    """{planted}"""\n')


@pytest.mark.parametrize("clear", ["Return the rows.", "Return the quantiles.\n\n    Shape n."])
def test_a_clear_docstring_passes(clear: str) -> None:
    assert unclear_docstrings(f'def read():\n    """{clear}"""\n') == []


def test_a_planted_test_name_is_refused() -> None:
    assert long_test_names(f"def test_{'a' * LONGEST_TEST_NAME}(): pass")
