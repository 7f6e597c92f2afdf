"""`medcost schema infer`: what it proposes for a file is a schema that the file keeps."""

import pytest

NAMES = "Jahr Nr,Holder Age,Sex,BloodPressure,Ill,Plan,Visits,Stay,Allergic,Height,Paid"


@pytest.fixture
def policies(tmp_path):
    """A file of ten facts of all kinds that nobody has described."""
    plans, lines = ("basic", "full", "family"), [NAMES]
    for row in range(200):
        stay = "" if row % 9 == 0 else f"{row % 13 + 0.5:.1f}"
        lines.append(
            f"{row % 5 + 1},{20 + row % 60},{'MF'[row % 2]},{100 + row % 70},{row % 3 % 2},{plans[row % 3]},{row % 17},"
            f"{stay},{'yes' if row % 7 == 0 else 'no'},{150 + row % 45},{500 + 11.5 * (row % 97):.2f}"
        )
    file = tmp_path / "policies.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_a_file_keeps_the_schema_that_is_proposed_for_it(medcost, policies, tmp_path):
    out = tmp_path / "policies.yaml"
    ended = medcost("schema", "infer", policies, "--out", out)
    assert (ended.status, ended.output) == (0, "")
    assert "10 facts, cost Paid" in ended.errors
    checked = medcost("schema", "check", out, "--data", policies)
    assert checked.status == 0, checked.output


def test_without_a_file_to_write_the_schema_is_printed(medcost, policies):
    printed = medcost("schema", "infer", policies, "--currency", "EUR").output
    assert "cost: {column: Paid, currency: EUR, year: null}" in printed
    assert "  # 23 of 200 cells are empty" in printed


def test_a_file_that_is_there_is_not_replaced(medcost, policies):
    ended = medcost("schema", "infer", policies, "--out", policies)
    assert (ended.status, "is there already" in ended.errors) == (2, True)
    assert policies.read_text().startswith(NAMES)


def test_columns_that_are_left_out_for_one_reason_are_named_together(medcost, tmp_path):
    wide = tmp_path / "wide.csv"
    names = [f"c{place}" for place in range(60)]
    rows = [",".join([*(str((row + place) % 7) for place in range(60)), f"{row * 100}"]) for row in range(40)]
    wide.write_text("\n".join([",".join([*names, "charges"]), *rows]))
    ended = medcost("schema", "infer", wide, "--out", tmp_path / "wide.yaml")
    assert [line.partition(" because")[0] for line in ended.errors.splitlines() if "left out" in line] == [
        f"left out: {', '.join(names[40:50])} and 10 more,"
    ]


def test_a_file_that_is_no_table_is_named(medcost, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    ended = medcost("schema", "infer", empty)
    assert (ended.status, ended.errors) == (1, "medcost: empty.csv: no line names columns\n")
