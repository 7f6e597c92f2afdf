"""Which column holds which fact."""

from __future__ import annotations

import pytest

from domain.errors import ConfigurationError
from domain.people.fact import Fact, Kind
from domain.people.matching import ColumnMap, denies, knows, match, suggest
from domain.people.schema import CostColumn, Roles, Schema

SCHEMA = Schema(
    name="test",
    cost=CostColumn("total cost"),
    facts=(
        Fact(name="years", kind=Kind.WHOLE, low=0, high=120, column="Age at visit", aliases=("age", "edad")),
        Fact(name="sex", kind=Kind.CHOICE, choices=("female", "male"), aliases=("gender", "género")),
        Fact(name="smoker", kind=Kind.FLAG, aliases=("smokes", "tobacco")),
    ),
    roles=Roles(person="member id"),
)


def matched(columns: list[str], *pairs: tuple[str, str]) -> dict[str, str]:
    return dict(match(columns, SCHEMA, ColumnMap.of(pairs, SCHEMA)).columns)


def test_names_are_compared_without_case_space_hyphens_and_accents() -> None:
    assert matched([" AGE-at_visit ", "GENERO", "Smokes", "Total_Cost", "MemberID", "x"]) == {
        "years": " AGE-at_visit ",
        "sex": "GENERO",
        "smoker": "Smokes",
        "total cost": "Total_Cost",
        "member id": "MemberID",
    }


def test_letters_that_nobody_sees_make_no_other_name() -> None:
    assert matched(["\N{ZERO WIDTH NO-BREAK SPACE}age", "se\N{SOFT HYPHEN}x"]) == {
        "years": "\N{ZERO WIDTH NO-BREAK SPACE}age",
        "sex": "se\N{SOFT HYPHEN}x",
    }


def test_what_nothing_is_read_from_is_unused() -> None:
    assert match(["x", "sex", "notes"], SCHEMA, ColumnMap()).unused == ["x", "notes"]


def test_the_files_own_name_goes_before_aliases() -> None:
    assert matched(["gender", "sex"]) == {"sex": "sex"}
    assert matched(["edad", "years", "Age at visit"])["years"] == "Age at visit"


def test_two_columns_of_equal_right_are_told_and_not_chosen_between() -> None:
    matching = match(["age", "edad", "sex", "SEX"], SCHEMA, ColumnMap())
    assert matching.columns == {}
    assert matching.twice == {"years": ["age", "edad"], "sex": ["sex", "SEX"]}


def test_what_is_said_goes_before_names() -> None:
    assert matched(["sex", "sex at birth"], ("sex at birth", "sex")) == {"sex": "sex at birth"}
    assert matched(["paid", "total cost"], ("Paid", "Total Cost")) == {"total cost": "paid"}


def test_a_column_that_is_not_there_cannot_be_mapped() -> None:
    with pytest.raises(ConfigurationError, match="no column 'sexo' to be read as sex: the columns are age, gender"):
        matched(["age", "gender"], ("sexo", "sex"))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("gender", "sax"), "'sax' is no fact and not the cost; did you mean sex?"),
        (("gender", "height"), "choose one of years, sex, smoker, total cost"),
        (("hue:0", "female"), "'hue' is not the column of a fact; say which fact it holds, for example hue=FACT"),
        (("sex:0", "red"), "'red' is no choice of sex: choose one of female, male"),
        (("smoker:x", "maybe"), "'maybe' is no choice of smoker: choose one of yes, no"),
        (("age:x", "3"), "years is a number"),
        (("smoker_no", "smoker"), "the name of this column says no.*smoker_no:1=no smoker_no:0=yes"),
    ],
)
def test_a_pair_that_cannot_be_meant_is_refused_with_what_to_write(pair: tuple[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        ColumnMap.of([pair], SCHEMA)


def test_the_name_of_a_column_may_hold_colons() -> None:
    columns = ["Costs: total", "Sex: code", "smoker"]
    column_map = ColumnMap.of(
        [("Costs: total", "total cost"), ("Sex: code", "sex"), ("Sex: code:0", "female"), ("smoker:a:b", "yes")], SCHEMA
    )
    matching = match(columns, SCHEMA, column_map).columns
    assert matching == {"sex": "Sex: code", "smoker": "smoker", "total cost": "Costs: total"}
    assert column_map.words == {"Sex: code": {"0": "female"}, "smoker": {"a:b": True}}


def test_words_are_said_for_a_column_or_for_a_fact() -> None:
    column_map = ColumnMap.of(
        [("g", "sex"), ("g:0", "female"), ("smoker:Ex-Smoker", "no"), ("Gender:2", "male")], SCHEMA
    )
    assert column_map.words == {"g": {"0": "female"}, "smoker": {"exsmoker": False}, "Gender": {"2": "male"}}


def test_a_column_that_denies_is_read_where_its_values_are_said() -> None:
    pairs = [("smoker_no", "smoker"), ("smoker_no:1", "no"), ("smoker_no:0", "yes")]
    assert ColumnMap.of(pairs, SCHEMA).words == {"smoker_no": {"1": False, "0": True}}


@pytest.mark.parametrize(
    "column",
    ["smoker_no", "non_smoker", "Non-Smoker", "smoker_0", "smoker_False", "no_fuma", "ex_smoker", "former smoker"],
)
def test_a_column_that_denies_is_never_suggested(column: str) -> None:
    assert denies(column, SCHEMA.by_name["smoker"])
    assert "smoker" not in suggest(["age", column], SCHEMA)
    assert "smoker" not in matched(["age", column])
    assert suggest([column, "smoker_yes"], SCHEMA)["smoker"] == "smoker_yes"


def test_a_denial_in_the_facts_own_name_is_none() -> None:
    shows = Fact(name="no_shows", kind=Kind.FLAG)
    assert not denies("No Shows", shows)
    assert denies("never_no_shows", shows)


def test_names_that_hold_a_fact_as_a_word_are_suggested_and_not_matched() -> None:
    columns = ["AGE_YEARS", "patientGender", "stage", "uses tobacco?"]
    assert matched(columns) == {}
    assert suggest(columns, SCHEMA) == {"years": "AGE_YEARS", "sex": "patientGender", "smoker": "uses tobacco?"}


def test_all_names_that_are_looked_for() -> None:
    names = knows(SCHEMA, ColumnMap.of([("Hue", "sex")], SCHEMA))
    assert {"ageatvisit", "age", "genero", "totalcost", "memberid", "hue"} <= names
