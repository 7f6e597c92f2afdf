"""Relative links and anchors of all Markdown files lead somewhere; nothing outside of the tree is asked."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "changelog.d/README.md"]
)

_FENCE = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\((?P<target>[^()\s]+)(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(?P<reference>\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(?P<words>.+?)\s*#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def links_of(text):
    """Give the targets of a text's links, without those in code."""
    for match in _LINK.finditer(_CODE.sub("", _FENCE.sub("", text))):
        yield match["target"] or match["reference"]


def anchors_of(text):
    """Give the anchors that GitHub and the documentation site make of a text's headings."""
    counts = {}
    for match in _HEADING.finditer(_FENCE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["words"])
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        counts[slug] = counts.get(slug, -1) + 1
        yield f"{slug}-{counts[slug]}" if counts[slug] else slug


@cache
def anchors_in(path):
    return frozenset(anchors_of(path.read_text(encoding="utf-8")))


def broken(text, where):
    """Give the links of a text that lies at a place, and lead nowhere."""
    for target in links_of(text):
        if _ELSEWHERE.match(target):
            continue
        path, _, anchor = target.partition("#")
        aim = (where.parent / unquote(path)).resolve() if path else where
        if not aim.exists() or not aim.is_relative_to(ROOT):
            yield f"{target}: no such file"
        elif anchor and aim.suffix == ".md" and anchor not in anchors_in(aim):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_anchors_lead_somewhere(path):
    assert list(broken(path.read_text(encoding="utf-8"), path)) == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("changelog.d/+*.md")), ids=lambda path: path.name)
def test_links_of_fragments_lead_somewhere_from_the_changelog(path):
    assert list(broken(path.read_text(encoding="utf-8"), ROOT / "CHANGELOG.md")) == []


def test_all_documents_are_read():
    assert {"README.md", "CHANGELOG.md", "docs/architecture.md"} <= {f.relative_to(ROOT).as_posix() for f in FILES}


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see [it](nowhere.md)", ["nowhere.md: no such file"]),
        ("see ![it](docs/images/nothing.png)", ["docs/images/nothing.png: no such file"]),
        (
            "see [it](LICENSE#what) and [that](docs/architecture.md#what)",
            ["docs/architecture.md#what: no such heading"],
        ),
        ("see [it]\n\n[it]: docs/none.md", ["docs/none.md: no such file"]),
        ("see [it](../../elsewhere)", ["../../elsewhere: no such file"]),
        ("`[it](nowhere.md)`\n```\n[it](nowhere.md)\n```\n", []),
        ("[one](docs/architecture.md#where-would--go) [two](https://example.org/none) [three](mailto:a@b.example)", []),
    ],
)
def test_a_planted_link_is_judged(text, links):
    assert list(broken(text, ROOT / "README.md")) == links


def test_headings_become_anchors():
    text = (
        "# A `medcost` page\n## Keys, and who sees what\n```\n# no heading\n```\n"
        "## [Link](x.md) & more\n## Twice\n## Twice\n"
    )
    assert list(anchors_of(text)) == ["a-medcost-page", "keys-and-who-sees-what", "link--more", "twice", "twice-1"]
