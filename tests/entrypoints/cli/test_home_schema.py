"""A home takes over a schema by `medcost db upgrade`, or refuses it and nothing is changed."""

from functools import partial

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.command import call

CLINIC = """\
name: clinic
cost: {column: paid, currency: EUR}
facts:
  stay: {kind: whole, low: 0, high: 30}
  plan: {kind: choice, choices: [bronze, gold]}
  active: {kind: flag}
"""


@pytest.fixture
def medcost(home, postgres_url):
    """`medcost("db", "upgrade")` runs a command on a database of its own to its end."""
    return partial(call, home=home, MEDCOST_DATABASE_URL=postgres_url)


@pytest.fixture
def upgrade(medcost, tmp_path):
    """`upgrade(text)` upgrades the home with a schema."""

    def run(text):
        file = tmp_path / "given.yaml"
        file.write_text(text)
        return medcost("db", "upgrade", MEDCOST_SCHEMA=str(file))

    return run


@pytest.fixture
def ask(postgres_url):
    """`ask(sql)` gives the rows."""
    url = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def indexes(ask):
    return ask("SELECT indexname FROM pg_indexes WHERE starts_with(indexname, 'predictions_facts_') ORDER BY 1")


def test_a_home_keeps_its_schema_and_a_copy_of_its_file(upgrade, medcost, home, ask):
    ended = upgrade(CLINIC)
    assert (ended.status, "taken over" in ended.output) == (0, False), ended.errors
    assert (home / "schema.yaml").read_text() == CLINIC
    assert ask("SELECT number, name, document FROM schemas") == [(1, "clinic", CLINIC)]
    assert len(indexes(ask)) == 2  # of all, and of each owner's
    assert medcost("db", "upgrade").status == 0
    assert len(ask("SELECT FROM schemas")) == 1
    assert "clinic" in medcost("schema", "show").output


def test_a_compatible_change_is_told_and_taken_over_with_its_indexes(upgrade, home, ask):
    upgrade(CLINIC)
    before = indexes(ask)
    wider = CLINIC.replace("high: 30", "high: 60") + "  chronic: {kind: flag, missing: allowed}\n"
    ended = upgrade(wider)
    assert ended.status == 0, ended.errors
    assert "stay has the wider limit high: 60" in ended.output
    assert "chronic is a new fact" in ended.output
    assert (home / "schema.yaml").read_text() == wider
    assert ask("SELECT number FROM schemas ORDER BY 1") == [(1,), (2,)]
    assert len(indexes(ask)) == 2
    assert indexes(ask) != before


def test_any_other_change_is_refused_in_one_line_and_nothing_is_changed(upgrade, home, ask):
    upgrade(CLINIC)
    before = indexes(ask)
    ended = upgrade(CLINIC.replace("low: 0", "low: 1").replace("[bronze, gold]", "[bronze, iron]"))
    assert (ended.status, len(ended.errors.splitlines())) == (1, 1)
    for words in ("facts.stay.low", "gold is gone", "Nothing was changed", "--home"):
        assert words in ended.errors
    assert (home / "schema.yaml").read_text() == CLINIC
    assert len(ask("SELECT FROM schemas")) == 1
    assert indexes(ask) == before


def test_a_home_of_before_has_the_schema_that_comes_with_medcost(upgrade, medcost, ask):
    ask(
        "INSERT INTO predictions (id, created_at, age, sex, bmi, children, smoker, region, expected, typical, level, "
        "low, high, cautions, model_version, model_digest) VALUES (gen_random_uuid(), now(), 40, 'female', 27.5, 1, "
        "false, 'northeast', 9, 8, 0.9, 7, 10, '[]', 1, 'd') RETURNING id"
    )
    assert upgrade(CLINIC).status == 1
    assert ask("SELECT FROM schemas") == []
    assert medcost("db", "upgrade").status == 0
    assert ask("SELECT name FROM schemas") == [("insurance",)]
    assert indexes(ask) == []  # those of before are there


def test_a_home_that_lost_its_copy_gets_it_back(upgrade, medcost, home):
    upgrade(CLINIC)
    (home / "schema.yaml").unlink()
    assert medcost("db", "upgrade").status == 0
    assert (home / "schema.yaml").read_text() == CLINIC
