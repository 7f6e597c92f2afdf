"""From a file that nobody has described to answers: infer, check, train, up, predict, and no line of code."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from domain.people.folding import fold
from tests.support.command import Ended, run

CHEAP: Final = ("cv=quick", "tuning.n_trials=1", "model=[linear]", "transform=none")
ROWS: Final = 1000
Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def people() -> Table:
    """Members of a fund by chance: ten facts of all kinds, two of them with gaps, a number of theirs, and the cost."""
    draw, rows = random.Random(15), []
    for number in range(ROWS):
        ill, smokes, stays = draw.random() < 0.2, draw.random() < 0.3, int(draw.expovariate(0.7))
        weight, pressure = round(draw.gauss(78, 14), 1), int(draw.gauss(130, 18))
        paid = (900 + 25 * weight + 4000 * ill + 2500 * smokes + 1800 * stays) * draw.lognormvariate(0, 0.3)
        rows.append(
            {
                "Member No": f"M{100_000 + 7 * number}",
                "Age (years)": str(draw.randint(19, 88)),
                "Género": draw.choice(["Hombre", "Mujer"]),
                "Weight": f"{weight}",
                "Systolic": "" if draw.random() < 0.15 else str(pressure),
                "Diabetic": "yes" if ill else "no",
                "Smokes": str(int(smokes)),
                "Plan": draw.choice(["Basic", "Plus", "Top", "Top"]),
                "Ward 2024": "N/A" if draw.random() < 0.1 else draw.choice(["north", "south", "old town"]),
                "Stays": str(stays),
                "Income": str(round(draw.lognormvariate(10, 0.4), -2)),
                "Paid": f"{paid:.2f}",
            }
        )
    return rows


@pytest.fixture(scope="module")
def claims(people: Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("fund") / "claims.csv", people)


@pytest.fixture(scope="module")
def schema(claims: Path) -> Path:
    """The proposal, as it is."""
    proposed = claims.with_name("fund.yaml")
    succeeded("schema", "infer", claims, "--out", proposed, home=claims.with_name("none"))
    return proposed


@pytest.fixture(scope="module")
def home(claims: Path, schema: Path) -> Path:
    """Trained on the file by the cheapest family."""
    made = claims.with_name("home")
    succeeded("train", f"schema={schema}", "dataset=csv", f"dataset.path={claims}", *CHEAP, home=made)
    return made


@pytest.fixture(scope="module")
def url(home: Path, schema: Path, medcost_up: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with medcost_up(home, MEDCOST_SCHEMA=str(schema)) as url:
        yield f"{url}/api/v1"


def written(file: Path, rows: Table) -> Path:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def succeeded(*arguments: object, home: Path) -> Ended:
    ended = run(*arguments, home=home)
    assert ended.status == 0, ended.errors
    return ended


def facts_of(row: dict[str, str], schema: dict[str, Any]) -> dict[str, object]:
    """Return the JSON of a row, by what the API tells of its facts."""
    cells = {fold(name): cell for name, cell in row.items()}
    given = {fact["name"]: (fact["kind"], cells[fold(fact["column"])]) for fact in schema["facts"]}
    return {
        name: None if cell in ("", "N/A") else float(cell) if kind in ("whole", "number") else cell
        for name, (kind, cell) in given.items()
    }


def test_the_proposal_has_ten_facts_of_all_kinds_and_the_file_keeps_it(claims: Path, schema: Path) -> None:
    checked = succeeded("schema", "check", schema, "--data", claims, "--json", home=claims.with_name("none")).document
    assert checked["is_schema"]
    assert (checked["data"]["rows"], checked["data"]["violations"]) == (ROWS, [])


def test_api_file_and_table_give_each_person_one_cost(url: str, home: Path, people: Table, tmp_path: Path) -> None:
    schema = httpx.get(f"{url}/schema").json()
    assert len(schema["facts"]) == 10
    assert {fact["kind"] for fact in schema["facts"]} == {"whole", "number", "flag", "choice"}
    some = [{name: cell for name, cell in row.items() if name != "Paid"} for row in people[:20]]
    table = written(tmp_path / "people.csv", some)
    by_table = httpx.post(f"{url}/predictions/batch", content=table.read_bytes(), headers={"Content-Type": "text/csv"})
    assert by_table.json()["errors"] == []
    costs = [prediction["expected"] for prediction in by_table.json()["predictions"]]
    one_by_one = [httpx.post(f"{url}/predictions", json=facts_of(row, schema)) for row in some]
    assert [answer.json().get("expected") for answer in one_by_one] == costs
    scored = tmp_path / "costs.csv"
    succeeded("predict", "--input", table, "--output", scored, home=home)
    with scored.open(newline="", encoding="utf-8") as answers:
        assert [float(row["expected"]) for row in csv.DictReader(answers)] == costs
    assert len(set(costs)) > 15
