"""The files of texts: complete in each language, with the same gaps, and nothing missing or left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.checkers import num_plurals
from babel.messages.frontend import CommandLineInterface

from entrypoints.composition.settings import TREE
from entrypoints.dashboard.locale.catalogues import LOCALES, SOURCE, TEMPLATE, catalogue, read, translation

DASHBOARD = Path(__file__).parents[3] / "src/entrypoints/dashboard"
SAME_IN_BOTH = {
    *("operations.ms", "fact.no", "bmi.metric"),
    *(f"batch.jobs.format.{format_}" for format_ in ("csv", "xlsx", "parquet")),
    *(f"bmi.{measure}.unit" for measure in ("feet", "inches", "pounds", "centimetres", "kilograms")),
}
ENGLISH_WORDS = re.compile(  # not "a" and not "no", which are Spanish as well
    r"\b(the|of|and|to|is|are|this|that|with|for|from|year|cost|person|people|please|you|your|not|we|it|age|data|smoker"
    r"|children|region|when|what|how|which|than|more|less|each|all|our|by|at|on|an|be|was|try|again|save|show)\b"
)
KEY = re.compile(r"[\w.-]*\w[\w.-]*|\.")

each_translation = pytest.mark.parametrize("language", LOCALES.keys() - {SOURCE})
each_file = pytest.mark.parametrize(
    "path", [TEMPLATE, *map(translation, LOCALES.keys() - {SOURCE})], ids=lambda p: p.name
)


@each_file
def test_a_key_stands_once_in_a_file(path: Path):
    keys = re.findall(r'^msgctxt "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))
    assert len(keys) == len(read(path))


@each_translation
def test_a_translation_is_of_the_english_that_stands_now(language: str):
    translated = read(translation(language))
    assert english_of(translated) == english_of(read(TEMPLATE)), "make texts takes changes over from ui.pot"
    assert not [message.context for message in translated if message.fuzzy], "read these again, then remove `fuzzy`"
    assert not translated.obsolete


def test_spanish_is_quoted_as_in_spanish():
    texts = [str(message.string) for message in read(translation("es")) if message.id]
    assert [text for text in texts if re.search(r"[“”\"]", text)] == []


@each_translation
def test_make_texts_would_change_nothing(language: str, tmp_path: Path):
    copy = tmp_path / "ui.po"
    copy.write_bytes(translation(language).read_bytes())
    options = ["--no-wrap", "--previous", "--ignore-pot-creation-date"]
    CommandLineInterface().run(
        ["pybabel", "-q", "update", "-i", str(TEMPLATE), "-o", str(copy), "-l", language, *options]
    )
    assert copy.read_text(encoding="utf-8") == translation(language).read_text(encoding="utf-8"), "run make texts"


@each_translation
def test_a_translation_has_every_form_with_the_gaps_of_the_english(language: str):
    translated = read(translation(language))
    for message in translated:
        num_plurals(translated, message)
    assert not [message.context for message in translated if message.id and not all(forms(message.string))]
    assert not [
        message.context
        for message in translated
        for form in forms(message.string)
        if message.id and gaps(form) - {"count"} != gaps(forms(message.id)[-1]) - {"count"}
    ]
    assert not [m.context for m in translated if m.id and gaps(forms(m.id)[-1]) != gaps(forms(m.string)[-1])]


def test_no_english_is_left_in_the_spanish():
    english, spanish = catalogue("en").forms, catalogue("es").forms
    plain = {key: re.sub(r"{\w+}|«medcost .+?»", "", " ".join(texts)).lower() for key, texts in spanish.items()}
    same = {key for key in spanish if english[key] == spanish[key] and re.search("[a-z]{2}", plain[key])}
    assert same <= SAME_IN_BOTH
    assert not {key for key in spanish if ENGLISH_WORDS.search(plain[key])} - {"language.other"}


def test_no_text_is_empty_or_carries_html():
    texts = [text for language in LOCALES for forms_ in catalogue(language).forms.values() for text in forms_]
    assert all(text.strip() and "<" not in text for text in texts)


def test_every_key_that_a_page_names_has_a_text():
    keys = catalogue(SOURCE).forms
    named = [argument for argument in named_by_pages() if not any(map(argument.fullmatch, keys))]
    assert not [argument.pattern for argument in named]


def test_every_model_family_has_a_name_for_people():
    files = (TREE / "config" / "model").glob("*.yaml")
    missing = [key for file in files if (key := f"family.{file.stem}") not in catalogue(SOURCE).forms]
    assert not missing, "add a text to ui.pot for each, as CONTRIBUTING.md says"


def test_every_text_is_named_somewhere():
    named = re.compile("|".join({pattern.pattern for pattern in [*named_by_pages(), *literals()]}))
    assert not [key for key in catalogue(SOURCE).forms if not named.fullmatch(key)]


def test_a_key_that_nobody_names_and_one_without_a_text_would_be_found():
    tree = ast.parse('words("plans.titel"); words(f"plans.{name}.help"); x = "history.nav"')
    first, second = (named for node in ast.walk(tree) for named in arguments(node))
    assert not any(map(first.fullmatch, catalogue(SOURCE).forms))
    assert second.fullmatch("plans.copay.help")
    assert not second.fullmatch("plans.copay")


def forms(texts: object) -> tuple[str, ...]:
    assert isinstance(texts, str | list | tuple)
    return (texts,) if isinstance(texts, str) else tuple(texts)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def english_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    return {str(message.context): forms(message.id) for message in catalog if message.id}


def trees() -> Iterator[ast.AST]:
    for path in DASHBOARD.rglob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def named_by_pages() -> Iterator[re.Pattern[str]]:
    """Give what is passed to `Words` as a key."""
    return (named for node in trees() for named in arguments(node))


def arguments(node: ast.AST) -> Iterator[re.Pattern[str]]:
    match node:
        case ast.Call(func=ast.Name(id="words") | ast.Attribute(attr="words" | "_words"), args=[key, *_]):
            yield from patterns(key)


def literals() -> Iterator[re.Pattern[str]]:
    """Give all literals that may be keys: a table in a module, a part of one, what the words of a fact begin with."""
    for node in trees():
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from patterns(node)


def patterns(key: ast.expr) -> Iterator[re.Pattern[str]]:
    """Give what a literal matches; where an f-string begins with a gap, the gap may have dots."""
    match key:
        case ast.Constant(value=str(text)) if KEY.fullmatch(text):
            yield re.compile(re.escape(text))
        case ast.JoinedStr(values=parts):
            fixed = "".join(
                part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            if KEY.fullmatch(fixed):
                yield re.compile("".join(part_of(part, first=not place) for place, part in enumerate(parts)))
        case ast.IfExp(body=body, orelse=other):
            yield from patterns(body)
            yield from patterns(other)


def part_of(part: ast.expr, *, first: bool) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.FormattedValue(value=ast.IfExp() as either):
            return f"({'|'.join(pattern.pattern for pattern in patterns(either))})"
        case _:
            return ".+" if first else "[^.]+"
