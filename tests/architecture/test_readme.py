"""The README shows what Medcost is, and leads to everything else."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 120


def test_the_first_screen_says_what_it_is_and_how_to_start():
    first = "\n".join(README.splitlines()[:14])
    for words in ("What is a year of medical care likely to cost?", "make up", "make test", "Python ≥ 3.11"):
        assert words in first
    assert "![The estimate page" in README


def test_every_page_of_the_site_is_in_its_menu_or_a_decision():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    assert [page.name for page in (ROOT / "docs").glob("*.md") if page.name not in menu] == []
