"""A schema proposed for a table that nobody has described."""

import random

import pytest

from domain.errors import ConfigurationError
from domain.people.column_content import ColumnContent
from domain.people.fact import Kind
from domain.people.inference import propose


def table(rows=60, /, **columns):
    draw = random.Random(3)
    contents = []
    for name, make in columns.items():
        content = ColumnContent(name)
        for row in range(rows):
            content.add(make(draw, row))
        contents.append(content)
    return contents


def paid(draw, _):
    return f"{draw.uniform(100, 9000):.2f}"


def test_kinds_limits_and_choices_follow_the_values():
    proposal = propose(
        table(
            Height=lambda draw, _: draw.randint(151, 198),
            Fever=lambda draw, _: f"{draw.uniform(36.1, 40.2):.1f}",
            Plan=lambda draw, _: draw.choice(["Gold", "silver", "Bronze"]),
            Smokes=lambda draw, _: draw.choice(["Yes", "no"]),
            TotalCost=paid,
        ),
        name="My clinic 2024",
    )
    facts = proposal.schema.by_name
    assert proposal.schema.name == "my_clinic_2024"
    assert proposal.schema.cost.column == "TotalCost"
    assert [(fact.name, fact.kind) for fact in proposal.schema.facts] == [
        ("height", Kind.WHOLE),
        ("fever", Kind.NUMBER),
        ("plan", Kind.CHOICE),
        ("smokes", Kind.FLAG),
    ]
    assert facts["plan"].choices == ("Bronze", "Gold", "silver")
    assert facts["height"].low is not None
    assert facts["height"].low <= 151
    assert facts["height"].high is not None
    assert 198 <= facts["height"].high < 300


def test_columns_that_are_no_facts_are_left_out_or_take_a_role():
    proposal = propose(
        table(
            PatientId=lambda _, row: row // 2,
            visited=lambda _, row: f"2024-01-{row % 28 + 1:02d}",
            country=lambda *_: "US",
            note=lambda _, row: f"text {row}",
            survey_weight=lambda draw, _: draw.uniform(0.5, 2),
            exposure=lambda draw, _: draw.choice([0.5, 1]),
            year=lambda draw, _: draw.choice([2023, 2024]),
            stay=lambda draw, _: draw.randint(0, 9),
            empty=lambda *_: "N/A",
            charges=paid,
        ),
        name="clinic",
    )
    assert proposal.schema.names == ("stay",)
    roles = proposal.schema.roles
    assert (roles.person, roles.weight, roles.exposure, roles.period) == (
        "PatientId",
        "survey_weight",
        "exposure",
        "year",
    )
    assert list(proposal.left_out) == ["visited", "country", "note", "empty"]


def test_a_policy_of_several_rows_is_a_person_and_labels_follow_the_columns():
    columns = table(
        **{
            "Póliza": lambda _, row: f"P-{row // 2}",
            "Género": lambda draw, _: draw.choice("FM"),
            "IMC": lambda draw, _: draw.randint(18, 40),
            "BloodPressure": lambda draw, _: draw.randint(90, 180),
            "Costo anual": paid,
        }
    )
    schema = propose(columns, name="clinic").schema
    assert schema.roles.person == "Póliza"
    assert [fact.label[""] for fact in schema.facts] == ["Género", "IMC", "Blood pressure"]


def test_what_is_unsure_is_said():
    proposal = propose(
        table(
            sex=lambda draw, _: draw.choice(["0", "1"]),
            weight=lambda draw, _: draw.randint(50, 120),
            stay=lambda draw, row: "" if row % 5 == 0 else draw.randint(0, 30),
            expenses=paid,
        ),
        name="clinic",
    )
    assert "kind: choice" in proposal.on_facts["sex"][0]
    assert "roles: weight" in proposal.on_facts["weight_of_person"][0]
    assert proposal.schema.by_name["stay"].may_be_missing
    assert "12 of 60" in proposal.on_facts["stay"][0]


def test_an_unnamed_cost_is_the_last_column_of_many_amounts_or_is_asked_for():
    columns = table(stay=lambda draw, _: draw.randint(0, 9), y=paid)
    assert propose(columns, name="clinic").schema.cost.column == "y"
    assert "no name says" in propose(columns, name="clinic").remarks[0]
    with pytest.raises(ConfigurationError, match="--cost"):
        propose(table(stay=lambda draw, _: draw.randint(0, 9)), name="clinic")
    with pytest.raises(ConfigurationError, match="there is no column cost"):
        propose(columns, name="clinic", cost="cost")


def test_a_cost_is_found_by_its_name_though_some_cells_are_no_amounts_or_below_zero():
    columns = table(
        age=lambda draw, _: draw.randint(18, 90),
        cost=lambda draw, row: "see note" if row == 7 else "(250.00)" if row == 9 else paid(draw, row),
    )
    proposal = propose(columns, name="clinic")
    assert proposal.schema.cost.column == "cost"
    assert proposal.remarks == [
        "no amount: 'see note'; the rows with such cells are refused",
        "some costs are below zero, the lowest -250: their rows are refused",
    ]


def test_a_column_called_a_cost_goes_before_parts_of_it_which_are_pointed_out():
    columns = table(
        age=lambda draw, _: draw.randint(18, 90), total_charges=paid, inpatient_paid=paid, premium=paid, cost=paid
    )
    proposal = propose(columns, name="clinic")
    assert proposal.schema.cost.column == "cost"
    assert proposal.remarks == ["could also be the cost: total_charges, inpatient_paid (choose with --cost)"]
    assert {name for name, lines in proposal.on_facts.items() if any("part of the cost" in line for line in lines)} == {
        "total_charges",
        "inpatient_paid",
    }


def test_small_numbers_are_no_costs_though_nothing_else_has_many_numbers():
    with pytest.raises(ConfigurationError, match="no column looks like a cost"):
        propose(table(age=lambda draw, _: draw.randint(18, 90), plan=lambda draw, _: draw.choice("ab")), name="clinic")


@pytest.mark.parametrize(
    ("header", "cell", "given", "currency", "remark"),
    [
        ("Betrag", "1.234,56 €", "", "EUR", "no name says"),
        ("cost_gbp", "1234.5", "", "GBP", None),
        ("cost", "$1,234.50", "", "USD", None),
        ("cost", "$1,234.50", "CAD", "CAD", None),
        ("cost", "¥1,234.50", "", "CNY", "may also stand for JPY"),
    ],
)
def test_the_currency_stands_beside_the_amounts_or_in_the_name_of_the_cost(header, cell, given, currency, remark):
    columns = table(
        age=lambda draw, _: draw.randint(18, 90), **{header: lambda _, row: cell.replace("4", str(row % 10), 1)}
    )
    columns += table(**{header: lambda _, row: cell.replace("234", f"{200 + row}")}) if remark == "no name says" else []
    proposal = propose(columns[:1] + columns[-1:], name="clinic", currency=given)
    assert (proposal.schema.cost.column, proposal.schema.cost.currency) == (header, currency)
    assert [remark is not None and remark in text for text in proposal.remarks] == ([True] if remark else [])


def test_costs_that_are_all_alike_are_said_to_teach_nothing():
    proposal = propose(table(age=lambda draw, _: draw.randint(18, 90), cost=lambda *_: 0), name="clinic")
    assert proposal.remarks == ["all costs are 0: nothing can be learnt from them"]


def test_none_is_a_choice_among_words_and_no_value_among_numbers():
    columns = table(
        condition=lambda draw, row: "unknown" if row == 5 else draw.choice(["none", "asthma", "copd"]),
        visits=lambda _, row: "none" if row == 3 else row,
        cost=paid,
    )
    proposal = propose(columns, name="clinic")
    assert proposal.schema.by_name["condition"].choices == ("asthma", "copd", "none")
    assert proposal.on_facts["condition"] == [
        "none is read as a choice: if it means that nobody knows, take it out and say missing: allowed",
        "1 of 60 cells are empty or say unknown",
    ]
    assert proposal.on_facts["visits"][0] == "1 of 60 cells are empty or say none"


def test_a_few_words_among_numbers_are_named_and_the_column_stays_one_of_numbers():
    columns = table(age=lambda _, row: "90+" if row > 55 else 20 + row, cost=paid)
    proposal = propose(columns, name="clinic")
    assert proposal.schema.by_name["age"].kind is Kind.WHOLE
    assert "no number: '90+'" in proposal.on_facts["age"][0]


def test_small_tables_are_told_so_and_lose_no_column():
    columns = table(3, age_group=lambda _, row: 20 + 10 * row, ill=lambda *_: "0", cost=lambda _, row: 100.5 + row)
    proposal = propose(columns, name="few")
    assert proposal.schema.names == ("age_group", "ill")
    assert "only 3 rows" in proposal.remarks[0]


def test_codes_for_no_value_are_named_and_no_limit():
    proposal = propose(
        table(
            age=lambda draw, row: -9 if row % 9 == 0 else 999 if row % 7 == 0 else draw.randint(20, 70),
            stays=lambda draw, _: draw.choice([0, 1, 99]),
            weight_kg=lambda draw, row: 180 if row == 3 else draw.randint(50, 99),
            charges=lambda draw, row: -9 if row % 9 == 0 else draw.randint(100, 9000),
        ),
        name="clinic",
    )
    age, stays, weight = proposal.schema.facts
    assert (age.low, age.high, stays.high, weight.high) == (20, 80, 1, 200)
    assert "-9 and 999 may say that nobody knows" in proposal.on_facts["age"][0]
    assert "99 may say that nobody knows" in proposal.on_facts["stays"][0]
    assert not any("nobody" in remark for remark in proposal.on_facts["weight_kg"])
    assert proposal.remarks == ["some costs are below zero, the lowest -9: their rows are refused"]


def test_dates_with_months_by_name_counters_and_units_are_left_out():
    proposal = propose(
        table(
            index=lambda _, row: row + 1,
            born=lambda draw, _: draw.choice(["01JAN1970", "3-Feb-81", "12 agosto 1990", "02mar1964:00:00:00"]),
            height=lambda draw, _: f"{draw.randint(150, 190)} cm",
            age=lambda draw, _: draw.randint(20, 70),
            level=lambda draw, _: draw.choice(["1 Gold", "2 Silver"]),
            charges=paid,
        ),
        name="clinic",
    )
    assert proposal.schema.names == ("age", "level")
    assert proposal.left_out == {
        "index": "it numbers the rows",
        "born": "it holds dates: give a number instead, such as the years since then",
        "height": "its numbers have a unit behind them: leave 'cm' out of the cells",
    }


def test_the_same_few_numbers_with_a_unit_stay_choices():
    proposal = propose(table(share=lambda _, row: f"{10 + 10 * (row % 3)}%", charges=paid), name="clinic")
    assert proposal.schema.by_name["share"].choices == ("10%", "20%", "30%")
    assert proposal.on_facts["share"] == ["if these are amounts, leave '%' out of the cells: they are numbers then"]


def test_numbers_of_people_with_several_rows_each_do_not_number_the_rows():
    proposal = propose(
        table(5_000, age=lambda draw, _: draw.randint(20, 70), enrolno=lambda _, row: row // 2 + 1, charges=paid),
        name="clinic",
    )
    assert proposal.left_out == {}
    assert "if they name people, move it to roles: person" in proposal.on_facts["enrolno"][-1]


def test_numbers_that_begin_with_zero_may_be_codes():
    proposal = propose(table(area=lambda draw, _: f"{draw.randint(1, 99):03d}", charges=paid), name="clinic")
    assert "some begin with 0: if they are codes, say kind: choice, or leave it out" in proposal.on_facts["area"]


def test_limits_of_tiny_numbers_are_not_rounded_to_zero():
    proposal = propose(table(dose=lambda draw, _: draw.uniform(2e-11, 7e-11), charges=paid), name="clinic")
    (dose,) = proposal.schema.facts
    assert (dose.low, dose.high) == (2e-11, 8e-11)


def test_a_column_of_yes_and_no_is_no_cost_though_it_is_called_one():
    proposal = propose(
        table(cost=lambda draw, _: draw.randint(0, 1), age=lambda draw, _: draw.randint(20, 70), total_charges=paid),
        name="clinic",
    )
    assert proposal.schema.cost.column == "total_charges"


def test_a_table_without_facts_is_refused_with_the_reason_for_each_column():
    for rows in (1, 60):
        with pytest.raises(ConfigurationError, match=r"no column of t .*: left out: sex, because all values are m"):
            propose(table(rows, sex=lambda *_: "m", charges=paid), name="t")
    with pytest.raises(ConfigurationError, match="no column of t can be a fact beside the cost"):
        propose(table(charges=paid), name="t")


def test_columns_whose_names_differ_in_signs_become_facts_of_different_names():
    columns = {"Age (years)": lambda draw, _: draw.randint(20, 70), "Age-years": lambda draw, _: draw.randint(0, 3)}
    proposal = propose(table(**columns, charges=paid), name="clinic")
    assert [(fact.name, fact.column) for fact in proposal.schema.facts] == [
        ("age_years_2", "Age (years)"),
        ("age_years", ""),
    ]


def test_limits_of_the_largest_numbers_are_finite():
    proposal = propose(table(x=lambda draw, _: draw.choice([-1.7e308, 1.7e308, 0.0]), charges=paid), name="clinic")
    (fact,) = proposal.schema.facts
    assert (fact.low, fact.high) == (-1.7e308, 1.7e308)


@pytest.mark.parametrize(
    "name", ["TOTEXP21", "cost_2021", "Leistungsausgaben (EUR)", "Dépenses de santé", "custo_anual"]
)
def test_a_cost_is_found_by_its_name_in_surveys_and_in_other_languages(name):
    columns = table(**{name: paid, "VARSTR": lambda draw, _: draw.randint(2001, 2117), "weeks": paid})
    proposal = propose(columns, name="clinic")
    assert (proposal.schema.cost.column, proposal.remarks) == (name, [])


def test_dates_without_signs_are_dates():
    columns = table(born=lambda draw, _: f"19{draw.randint(20, 49)}{draw.randint(10, 12)}01", age=paid, charges=paid)
    proposal = propose(columns, name="clinic")
    assert proposal.schema.names == ("age",)
    assert proposal.left_out["born"].startswith("it holds dates")
    assert propose(table(visit=lambda *_: "20219999", age=paid, charges=paid), name="x").left_out["visit"][:3] == "all"


def test_a_table_without_a_cost_is_told_why():
    with pytest.raises(ConfigurationError, match=r"cells of cost_k are no amounts \('\$2\.5k'\): write plain numbers"):
        propose(table(age=lambda draw, _: draw.randint(18, 90), cost_k=lambda *_: "$2.5k"), name="clinic")
    with pytest.raises(ConfigurationError, match="no row below its columns age, charges: give one with rows"):
        propose(table(0, age=paid, charges=paid), name="clinic")
