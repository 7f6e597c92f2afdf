"""Fragments of the changelog are entries of one line, and towncrier makes the next release's section of them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from towncrier._shell import cli

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "changelog.d"
FRAGMENTS = sorted(FOLDER.glob("+*"))

_NAME = re.compile(r"\+[a-z0-9.-]+\.(?:added|changed|fixed|removed)\.md")
_ADDRESS = re.compile(r"\]\([^)]*\)")
_PAST = re.compile(r"(?:Added|Changed|Fixed|Removed|Made|Moved|Renamed|Deleted|Improved)\b")


def faults(name, text):
    """Give what is wrong with a fragment, in words that say what to do."""
    if not _NAME.fullmatch(name):
        yield "call it +<short-name>.<added|changed|fixed|removed>.md, in lower case"
    lines = text.splitlines()
    if len(lines) != 1 and not name.startswith("+0.1-to-1.0."):
        yield f"write one line, not {len(lines)}"
    for line in lines:
        if (length := len(_ADDRESS.sub("]", line))) > 200:
            yield f"shorten to 200 characters: {line[:40]}… has {length}"
        if _PAST.match(line):
            yield f"say what holds now, not what was done: {line[:40]}"
        if not re.match(r"[A-Z`].*\.\)?$", line):
            yield f"begin with a capital letter or a command and end with a full stop: {line[:40]}"


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_fragments_are_entries_of_one_line(path):
    assert list(faults(path.name, path.read_text(encoding="utf-8"))) == []


def test_the_folder_holds_fragments_and_what_explains_them():
    others = {path.name for path in FOLDER.iterdir() if not path.name.startswith("+")}
    assert others == {"README.md", "template.md.jinja"}


def test_each_fragment_is_an_entry_of_the_next_release():
    options = ["build", "--draft", "--version", "9.9.9", "--date", "2030-01-31", "--dir", str(ROOT)]
    answer = CliRunner().invoke(cli, options, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("## 9.9.9 (2030-01-31)\n\n### ")
    entries = re.findall(r"^- (.*)$", answer.stdout, re.MULTILINE)
    written = [line for path in FRAGMENTS for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(entries) == sorted(written)


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("+a-thing.added.md", "`medcost report` writes a workbook.\n", 0),
        ("+long-link.fixed.md", f"Links count by their words ([ADR 1](docs/{'a' * 300}.md)).\n", 0),
        ("+A thing.news.md", "A name that towncrier refuses.\n", 1),
        ("+two.added.md", "A line.\nAnother line.\n", 1),
        ("+empty.added.md", "", 1),
        ("+long.added.md", "A" * 200 + ".\n", 1),
        ("+past.added.md", "Added a thing.\n", 1),
        ("+bullet.added.md", "- A thing.\n", 1),
        ("+unfinished.added.md", "A thing\n", 1),
    ],
)
def test_a_planted_fault_is_named(name, text, count):
    assert len(list(faults(name, text))) == count
