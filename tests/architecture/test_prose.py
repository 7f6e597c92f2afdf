"""Names and docstrings that a stranger understands, as far as a program can check them (docs/adr/0075-names.md)."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.sources import Source, sources

LONGEST_TEST_NAME = 80

VAGUE = {"asked", "found", "kept", "known", "one", "said", "told", "wanted"}
"""Names that say what happened to a thing, not what it is. Refused alone, not as a part: `is_known` is a name."""
METAPHORS = {"crowd", "crowds", "desk", "desks", "door", "doors", "hop", "hops", "shelf", "shelve", "shelves"}
"""Words of a private English: the terms of the field have taken their place. Refused as a part of a name too."""
PRONOUNS = {"he", "her", "his", "it", "its", "she", "that", "their", "these", "they", "this", "those"}
OBJECTS = {"it", "one", "them"}
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


def bound_names(source: Source) -> Iterator[tuple[int, str]]:
    """Yield what a module names: variables, arguments, attributes, functions and types."""
    for variable in source.nodes(ast.Name):
        if isinstance(variable.ctx, ast.Store):
            yield variable.lineno, variable.id
    for attribute in source.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Store):
            yield attribute.lineno, attribute.attr
    for argument in source.nodes(ast.arg):
        yield argument.lineno, argument.arg
    for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.MatchAs, ast.MatchStar):
        if node.name is not None:
            yield node.lineno, node.name


def is_unclear(name: str) -> bool:
    words = words_of(name)
    return bool(METAPHORS & {*words}) or (len(words) == 1 and words[0] in VAGUE)


def unclear_names(source: Source) -> list[str]:
    names = [*bound_names(source)]
    unclear = {name for name in {name for _, name in names} if is_unclear(name)}
    return [f"line {line}: {name}" for line, name in sorted(names) if name in unclear]


def unclear_docstrings(source: Source) -> list[str]:
    """Find docstrings of a word, of a word and a pronoun, without a full stop or with a pronoun first.

    A function's begins with a verb.
    """
    unclear: list[str] = []
    for node in source.nodes(ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef):
        first, _, _ = (ast.get_docstring(node) or "").partition("\n")
        words = re.findall(r"[\w'`.-]+", first.lower())
        refused = NOT_VERBS if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else PRONOUNS
        vague = len(words) == 1 or (len(words) == 2 and words[1].strip(".") in OBJECTS)
        if first and (vague or words[0] in refused or first[-1] not in ".:"):
            unclear.append(f"line {getattr(node, 'lineno', 1)}: {first}")
    return unclear


def long_test_names(source: Source) -> list[str]:
    names = (node.name for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef))
    return [name for name in names if name.startswith("test_") and len(name) > LONGEST_TEST_NAME]


def findings(check: Callable[[Source], list[str]], *folders: str) -> dict[str, list[str]]:
    return {name: lines for folder in folders for name, source in sources(folder).items() if (lines := check(source))}


def test_names_say_what_things_are() -> None:
    assert findings(unclear_names, "src", "tests", "benchmarks") == {}


def test_docstrings_begin_with_a_sentence() -> None:
    assert findings(unclear_docstrings, "src") == {}


def test_names_of_tests_have_at_most_80_characters() -> None:
    assert findings(long_test_names, "tests") == {}


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
    assert unclear_names(Source(planted))


@pytest.mark.parametrize("clear", ["is_known = True", "model_store = 1", "def asked_amount(): pass", "hopeful = 1"])
def test_a_clear_name_passes(clear: str) -> None:
    assert unclear_names(Source(clear)) == []


@pytest.mark.parametrize(
    "planted", ["Look.", "Read it.", "Return rows", "It answers.", "The rows.", "Whether it is there."]
)
def test_a_planted_docstring_is_refused(planted: str) -> None:
    assert unclear_docstrings(Source(f'def read():\n    """{planted}"""\n'))


@pytest.mark.parametrize("clear", ["Return the rows.", "Return the quantiles.\n\n    Shape n."])
def test_a_clear_docstring_passes(clear: str) -> None:
    assert unclear_docstrings(Source(f'def read():\n    """{clear}"""\n')) == []


def test_a_planted_test_name_is_refused() -> None:
    assert long_test_names(Source(f"def test_{'a' * LONGEST_TEST_NAME}(): pass"))
