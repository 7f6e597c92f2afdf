"""Commands in the documentation and in the help are commands: names, options, values and overrides. None is run."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from domain.errors import ConfigurationError
from entrypoints.cli.main import cli
from entrypoints.composition.overrides import compose_training, with_schema
from entrypoints.composition.settings import load

ONE_FAMILY = ("model=[linear]", "search_space=[linear]")
ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.md")])
HELP = sorted((ROOT / "src/entrypoints/cli").glob("*.py"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:\$ )?(?:(?:[A-Z_]+=\S*|env|exec|nohup) +)*(?:\S*/)?medcost +(?=[a-z-])(?P<words>.*)$")
_INLINE = re.compile(r"`(?:\.venv/bin/)?medcost (?P<words>[a-z-][^`]*)`")
_MAKE = re.compile(r"(?:`|^)make (?P<words>[a-z][a-z -]*)", re.MULTILINE)
_SEPARATORS = re.compile(r"\s(?:&&|\|\||[|;])\s|\s(?=\d?>>?\s|<\s)|\s&$")


def blocks(text):
    """Give the lines of a page's blocks of code, with those that a backslash continues joined."""
    for block in _FENCE.findall(text):
        yield from re.sub(r"\s*\\\n\s*", " ", block).splitlines()
    for line in re.sub(r"\s*\\\n\s*", " ", _FENCE.sub("", text)).splitlines():
        if line.startswith("    "):
            yield line


def commands(text):
    """Give the words of each command of ours in a page's blocks of code."""
    for line in blocks(text):
        for part in _SEPARATORS.split(line):
            # a row of a crontab names times and a folder first
            if match := _COMMAND.match(re.sub(r"^[\d* ]+\s+(?=[A-Z_]+=|\.?/|medcost)", "", part.strip())):
                yield tuple(shlex.split(re.sub(r"\$\([^)]*\)", "it", match["words"]), comments=True))


@cache
def composed(overrides):
    """Compose the training configuration, of one family where no override is about families: it takes a tenth."""
    about_families = any(override.startswith(("model", "search_space")) for override in overrides)
    return compose_training(overrides if about_families else [*ONE_FAMILY, *overrides])


def fault(words):
    """Give what a command's words are refused for, or nothing."""
    try:
        cli().parse_args(list(words), exit_on_error=False, print_error=False)
        if words[0] in {"train", "retrain"}:
            overrides, _ = with_schema([word for word in words[1:] if re.match(r"[a-z_.]+=", word)], load({}))
            composed(tuple(overrides))
    except (CycloptsError, ConfigurationError) as error:
        return str(error)
    return ""


def mentioned(text):
    """Give the command that each piece of code in a sentence names, and the options beside it."""
    for match in _INLINE.finditer(_FENCE.sub("", text)):
        names, *rest = match["words"].split()
        for name in names.split("|"):
            yield name, tuple(rest)


def missing(name, rest):
    """Give what a mentioned command does not have: itself, or one of its options."""
    app = cli()
    if name in ("--help", "--version"):
        return ""
    if name not in app:
        return name
    app = app[name]
    while rest and (subcommands := [word for word in rest[0].split("|") if word in app]):
        app, rest = app[subcommands[0]], rest[1:]
    arguments = app.assemble_argument_collection() if app.default_command else ()
    accepted = {option for argument in arguments for option in argument.names}
    given = {option for word in rest for option in re.findall(r"--[a-z-]+", word)}
    return ", ".join(sorted(given - accepted - {"--help", "--version"}))


IN_BLOCKS = sorted({words for path in [*PAGES, *HELP] for words in commands(path.read_text(encoding="utf-8"))})
IN_SENTENCES = sorted({command for path in PAGES for command in mentioned(path.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("words", IN_BLOCKS, ids=" ".join)
def test_commands_in_blocks_of_code_are_understood(words):
    assert fault(tuple(re.sub(r"^[NV]$", "3", word) for word in words)) == ""


@pytest.mark.parametrize(("name", "rest"), IN_SENTENCES, ids=str)
def test_commands_in_sentences_exist_with_their_options(name, rest):
    assert missing(name, rest) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_targets_of_make_exist(path):
    targets = {word for words in _MAKE.findall(path.read_text(encoding="utf-8")) for word in words.split()}
    assert targets <= TARGETS


def test_many_commands_are_found():
    assert ("models", "shadow", "4") in IN_BLOCKS
    assert ("train", "stage=training", "cv.n_splits=10", "model=[linear,forest]", "seed=7") in IN_BLOCKS  # of the help
    assert ("evaluate", ("--model", "FOLDER")) in IN_SENTENCES
    assert len(IN_BLOCKS) > 40


@pytest.mark.parametrize(
    "words",
    [
        ("trian",),
        ("models", "shadow"),
        ("models", "promote", "three"),
        ("predict", "--inptu", "people.csv"),
        ("train", "stage=everything"),
        ("train", "model=[forrest]"),
        ("train", "cv.splits=3"),
    ],
    ids=" ".join,
)
def test_a_planted_mistake_is_named(words):
    assert fault(words)


@pytest.mark.parametrize(("words", "mistake"), [("trian --first", "trian"), ("up --scheme F", "--scheme")])
def test_a_planted_mistake_in_a_sentence_is_named(words, mistake):
    ((name, rest),) = mentioned(f"`medcost {words}`")
    assert missing(name, rest) == mistake
