"""Each decision in docs/adr has a title, a status and the alternatives that were weighed, and stands in the index."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/adr"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")

_ALTERNATIVES = re.compile(r"^(?:\*\*Alternatives\.\*\*|## Alternatives$)\s+\S", re.MULTILINE)


def faults(name, text, index):
    """Give what a decision lacks, in words that say what to do."""
    title, _, rest = text.partition("\n")
    number = int(name[:4])
    if not title.startswith(f"# {number}. "):
        yield f"the first line is not '# {number}. <title>'"
    if not re.match(r"\n(?:Proposed|Accepted|Replaced by)\b[^\n]*\d{4}-\d{2}", rest):
        yield "the third line is not a status with a date, such as 'Accepted, 2026-11.'"
    if not _ALTERNATIVES.search(text):
        yield "no '**Alternatives.**' paragraph; if so, write 'None was weighed.'"
    if f"| [{title.removeprefix('# ')}]({name}) | " not in index:
        yield f"no line '| [{title.removeprefix('# ')}]({name}) | status | …' in docs/adr/README.md"


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decisions_have_what_a_reader_looks_for(path):
    assert list(faults(path.name, path.read_text(encoding="utf-8"), INDEX)) == []


def test_numbers_are_given_once():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_the_index_is_in_order_and_names_no_other():
    assert re.findall(r"^\| \[.*\]\((\d{4}-[a-z0-9-]+\.md)\)", INDEX, re.MULTILINE) == [p.name for p in DECISIONS]


def test_what_is_missing_is_named():
    sound = "# 7. A title\n\nAccepted, 2026-11.\n\n**Alternatives.** None was weighed.\n"
    index = "| [7. A title](0007-a.md) | accepted | a line |"
    assert list(faults("0007-a.md", sound, index)) == []
    assert len(list(faults("0008-a.md", sound.replace("None was weighed.", ""), ""))) == 3
    assert len(list(faults("0007-a.md", sound.replace("Accepted, 2026-11.", "Decided."), index))) == 1
