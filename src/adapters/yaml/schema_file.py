"""A schema as a YAML file that people write: decoded strictly, each mistake named with its line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec
import yaml

from domain.errors import MedcostError
from domain.people.fact import ANY_LANGUAGE, Fact, Kind, in_language
from domain.people.meaning import shown
from domain.people.schema import CostColumn, InvalidSchema, Roles, Schema, TodaysPrices
from domain.people.schema_rules import SchemaProblem

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 1_000_000
"""The most bytes of a schema file: no schema that people write is longer."""
_MESSAGES: Final = "en"
"""The language of messages, documents and reports."""
_fields: Final = cache(msgspec.structs.fields)
_MOST_VALUES: Final = 100_000
"""Values of a file, with those that its aliases stand for: a few aliases of aliases stand for billions."""
_MANY: Final = f"takes the file beyond {_MOST_VALUES:,} values: shorten lists, and write out what an alias stands for"
_DEEP: Final = "is nested too deeply: take lists out of one another, and write out what an alias stands for"
_EXPECTED: Final = re.compile(r"Expected `(\w+)[^`]*`, got `\w+`$")
_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "array": "a list",
    "object": "a mapping",
}
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The loader written in C where PyYAML was built with it: it reads a schema in a twentieth of the time."""

_Words = str | dict[str, str | None]
_Part = TypeVar("_Part", bound="_Strict")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the file; unknown keys are refused."""


class _Cost(_Strict, frozen=True):
    column: str
    currency: str = "USD"
    year: int | None = None
    today: Any = None


class _Today(_Strict, frozen=True):
    factor: float
    year: int
    source: _Words


class _Roles(_Strict, frozen=True):
    person: str | None = None
    weight: str | None = None
    exposure: str | None = None
    period: str | None = None
    audit: tuple[str, ...] = ()


class _Fact(_Strict, frozen=True):
    kind: Kind
    low: float | None = None
    high: float | None = None
    unit: _Words = ""
    choices: tuple[str, ...] = ()
    missing: Literal["refused", "allowed"] = "refused"
    column: str = ""
    aliases: tuple[str, ...] = ()
    spellings: dict[str, tuple[str, ...]] = {}  # msgspec copies an empty default
    label: _Words = ""
    help: _Words = ""
    words: dict[str, _Words] = {}  # as above
    section: _Words = ""
    calculator: Literal["", "bmi"] = ""


class _Top(_Strict, frozen=True, kw_only=True):
    name: str
    title: _Words = ""
    cost: Any
    facts: Any
    terms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    roles: Any = msgspec.field(default_factory=dict[str, Any])


class InvalidSchemaFile(MedcostError):
    """A file is no schema. ``problems`` are all that is wrong with it, with line, key and what to do."""

    def __init__(self, file: str, problems: list[SchemaProblem], lines: Mapping[str, int]) -> None:
        self.problems = tuple((lines.get(problem.place), problem) for problem in problems)
        super().__init__(
            "\n".join(f"{file}{_at(line)}: {problem.place}: {problem.detail}" for line, problem in self.problems)
        )


def _at(line: int | None) -> str:
    return "" if line is None else f", line {line}"


def read_schema(file: Path) -> Schema:
    """Read a schema from a file.

    Raises:
        InvalidSchemaFile: naming every mistake, if the file is no schema or cannot be read.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        problem = SchemaProblem("file", f"cannot be read ({error.strerror}): give the path of a schema")
        raise InvalidSchemaFile(str(file), [problem], {}) from error
    if len(content) > MOST_BYTES:
        problem = SchemaProblem("file", f"has more than {MOST_BYTES:,} bytes, so it is no schema")
        raise InvalidSchemaFile(str(file), [problem], {})
    return schema_of(content.decode(errors="replace"), file.name)


@lru_cache(maxsize=8)  # a command reads the schema of its home several times
def schema_of(text: str, file: str = "schema") -> Schema:
    """Read a schema from the text of a file, whose name stands in messages.

    Raises:
        InvalidSchemaFile: naming every mistake.
    """
    reading = _Reading()
    document = reading.document(text)
    top = reading.part("", document, _Top)
    cost = reading.part("cost", top.cost, _Cost) if top else None
    today = reading.part("cost.today", cost.today, _Today) if cost and cost.today is not None else None
    roles = reading.part("roles", top.roles or {}, _Roles) if top else None
    facts = tuple(reading.facts(top.facts)) if top else ()
    if top is None or cost is None or roles is None or reading.problems:
        raise InvalidSchemaFile(file, reading.problems, reading.lines)
    try:
        return Schema(
            name=top.name,
            title=_words(top.title),
            cost=CostColumn(cost.column, cost.currency, cost.year, _today(today) if today else None),
            facts=facts,
            terms=top.terms,
            groups=top.groups,
            roles=Roles(roles.person, roles.weight, roles.exposure, roles.period, roles.audit),
        )
    except InvalidSchema as broken:
        raise InvalidSchemaFile(file, list(broken.problems), reading.lines) from None


@dataclass(slots=True)
class _Reading:
    """A file that is being read: where each key stands, and what is wrong so far."""

    lines: dict[str, int] = field(default_factory=dict[str, int])
    problems: list[SchemaProblem] = field(default_factory=list[SchemaProblem])
    values: int = 0

    def document(self, text: str) -> object:
        """Return the file as texts, lists and mappings; ``no`` and ``yes`` stay words."""
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.lines["file"] = mark.line + 1 if mark else 1
            self._report("file", f"is no YAML ({getattr(error, 'problem', None) or error}): correct this line")
            return None
        except RecursionError:
            node = None
            self._report("file", _DEEP)
        try:
            value = None if node is None else self._value(node, "")
        except RecursionError:  # also for an alias of what it is a part of
            value = self._report("file", _DEEP)
        return None if self.values > _MOST_VALUES else value

    def part(self, place: str, value: object, kind: type[_Part]) -> _Part | None:
        """Return a mapping as a part of the schema; None if it is none, and what is wrong is reported."""
        if not isinstance(value, dict):
            if not self.problems:
                keys = ", ".join(kind.__struct_fields__)
                self._report(place or "file", f"must be a mapping of {keys}")
            return None
        before = len(self.problems)
        for key in value:
            if key not in kind.__struct_fields__:
                self._report(f"{place}.{key}".lstrip("."), f"is no key here{_nearest(key, kind.__struct_fields__)}")
        for key in _fields(kind):
            if key.required and key.name not in value:
                self._report(place or "file", f"{key.name} is missing: give it")
        for key in _fields(kind):
            if key.name in value:
                self._check(f"{place}.{key.name}".lstrip("."), value[key.name], key.type)
        return msgspec.convert(value, kind, strict=False) if len(self.problems) == before else None

    def facts(self, value: object) -> Iterator[Fact]:
        """Yield each fact that is well-formed."""
        if not isinstance(value, dict):
            self._report("facts", "must be a mapping of names to facts")
            return
        for name, given in value.items():
            fact = self.part(f"facts.{name}", given, _Fact)
            if fact is not None:
                yield _fact(name, fact)

    def _check(self, place: str, value: object, kind: Any) -> None:
        try:
            msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as error:
            kinds = f"give one of {', '.join(Kind)}" if kind is Kind else _expected(str(error))
            self._report(place, f"{shown(repr(value))} does not fit: {kinds}")

    def _value(self, node: yaml.Node, place: str) -> object:
        self.values += 1
        if self.values > _MOST_VALUES:
            if self.values == _MOST_VALUES + 1:
                self._report(place.partition(".")[0], _MANY)
            return None
        self.lines.setdefault(place or "file", node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, f"{place}.{at}") for at, item in enumerate(node.value)]
        # an empty value and the word null, without quotation marks, are nothing
        plain = isinstance(node, yaml.ScalarNode) and not node.style
        return None if plain and node.value in ("", "null", "~") else node.value

    def _items(self, node: yaml.MappingNode, place: str) -> Iterator[tuple[str, object]]:
        seen = set[str]()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.lines.setdefault(place or "file", key.start_mark.line + 1)
                self._report(place or "file", "has a list or a mapping for a key: write a word before the colon")
                continue
            name = str(key.value)
            below = f"{place}.{name}".lstrip(".")
            self.lines[below] = key.start_mark.line + 1
            if name in seen:
                self._report(below, "stands there twice: take one away")
            seen.add(name)
            yield name, self._value(value, below)

    def _report(self, place: str, detail: str) -> None:
        self.problems.append(SchemaProblem(place, detail))


def _expected(message: str) -> str:
    """Return what to give, from msgspec's message, which names types of Python."""
    kind = _EXPECTED.match(message)
    return f"give {_KINDS[kind[1]]}" if kind and kind[1] in _KINDS else message.replace("`", "")


def _nearest(key: str, keys: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, keys, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(keys)}"


def _fact(name: str, given: _Fact) -> Fact:
    return Fact(
        name=name,
        kind=given.kind,
        low=given.low,
        high=given.high,
        unit=in_language(_words(given.unit), _MESSAGES),
        unit_words={} if isinstance(given.unit, str) else _words(given.unit),
        choices=given.choices,
        may_be_missing=given.missing == "allowed",
        column=given.column,
        aliases=given.aliases,
        spellings=given.spellings,
        label=_words(given.label),
        help=_words(given.help),
        choice_labels={choice: _words(words) for choice, words in given.words.items()},
        section=_words(given.section),
        calculator=given.calculator,
    )


def _today(given: _Today) -> TodaysPrices:
    return TodaysPrices(given.factor, given.year, _words(given.source))


def _words(given: _Words) -> dict[str, str]:
    if isinstance(given, str):
        return {ANY_LANGUAGE: given} if given else {}
    return {language: text or "" for language, text in given.items()}
