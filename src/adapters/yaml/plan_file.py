"""An example of an insurance plan as a YAML file: decoded strictly, each mistake named with its file and key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from domain.costs.plan import ExamplePlan, Plan
from domain.errors import ConfigurationError, InvalidPlan
from domain.people.fact import ANY_LANGUAGE

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES: Final = 100_000


def read_plan(file: Path) -> ExamplePlan:
    """Read an example from a file.

    Raises:
        ConfigurationError: naming the file, and each key that is wrong.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        given = yaml.safe_load(content.decode("utf-8"))
    except OSError as error:
        raise _wrong(file, [f"cannot be read: {error.strerror}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _wrong(file, [f"is no YAML: {' '.join(str(error).split())}"]) from error
    if len(content) > _MOST_BYTES:
        raise _wrong(file, [f"has more than {_MOST_BYTES:,} bytes, so it is no plan"])
    if not isinstance(given, dict):
        raise _wrong(file, ["must be a mapping of keys to values"])
    keys = {str(key): value for key, value in given.items()}
    problems, words = _words(keys.pop("name", None), file.stem)
    try:
        plan = Plan.of(keys)
    except InvalidPlan as broken:
        problems += [f"{error.field}: {error.detail}" for error in broken.errors]
        raise _wrong(file, problems) from None
    if problems:
        raise _wrong(file, problems)
    return ExamplePlan(file.stem, words, plan)


def _words(given: object, otherwise: str) -> tuple[list[str], dict[str, str]]:
    """Return what is wrong with a name, and the name in each language."""
    if given is None:
        return [], {ANY_LANGUAGE: otherwise}
    if isinstance(given, str) and given:
        return [], {ANY_LANGUAGE: given}
    if isinstance(given, dict) and given and all(isinstance(text, str) and text for text in given.values()):
        return [], {str(language): text for language, text in given.items()}
    return ["name: must be a text, or a text for each language"], {}


def _wrong(file: Path, problems: list[str]) -> ConfigurationError:
    return ConfigurationError("\n".join(f"{file}: {problem}" for problem in problems))
