"""Example plans as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.yaml.plan_file import read_plan
from domain.costs.plan import Plan
from domain.errors import ConfigurationError

GOOD = "deductible: 1500\ncoinsurance: 0.2\nout_of_pocket_maximum: 6000\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "gold.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "title"),
    [("", {"": "gold"}), ("name: Gold\n", {"": "Gold"}), ("name: {en: Gold, es: Oro}\n", {"en": "Gold", "es": "Oro"})],
)
def test_a_plan_has_words_in_each_language(tmp_path: Path, name: str, title: dict[str, str]) -> None:
    example = read_plan(written(tmp_path, name + GOOD))
    assert (example.key, example.title) == ("gold", title)
    assert example.plan == Plan(deductible=1500, coinsurance=0.2, out_of_pocket_maximum=6000)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("deductible: many\ncoinsurance: 2\nhat: 1\n", ["deductible", "coinsurance", "out_of_pocket_maximum", "hat"]),
        (GOOD + "name: [1]\npremium: -1\n", ["name", "premium"]),
        ("- 1\n", ["mapping"]),
        ("a: [\n", ["YAML"]),
        ("", ["mapping"]),
    ],
)
def test_each_mistake_is_named_with_its_file_and_key(tmp_path: Path, text: str, places: list[str]) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as wrong:
        read_plan(file)
    lines = str(wrong.value).splitlines()
    assert all(line.startswith(f"{file}: ") for line in lines)
    assert all(any(place in line for line in lines) for place in places)
    assert len(lines) == len(places)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.yaml: cannot be read"):
        read_plan(tmp_path / "gone.yaml")
