"""The data contract's report; each kind of broken file is named by its place."""

import pytest

from tests.support.command import run

HEADER = "age,sex,bmi,children,smoker,region,charges"
ROWS = [
    "19,female,27.9,0,yes,southwest,16000",
    "33,male,22.7,1,no,northwest,4000.5",
    "62,female,31.2,2,no,southeast,13100",
]


def lines(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


BROKEN = {
    "missing columns": ("age,sex,bmi,children,charges\n19,female,27.9,0,16000\n", "smoker"),
    "text in a number": (lines(ROWS[0], "thirty,male,22.7,1,no,northwest,4000"), "line 3, column age"),
    "not a number": (lines("19,female,NaN,0,yes,southwest,16000"), "line 2, column bmi"),
    "negative age": (lines(*ROWS, "-4,male,22.7,1,no,northwest,4000"), "line 5, column age"),
    "no rows": (lines(), "there are no data rows"),
    "nothing": ("", "no line names columns"),
    "no table": (lines(ROWS[0] + ",4"), "line 2: 8 fields, the header has 7"),
}


@pytest.mark.process
@pytest.mark.parametrize(("content", "place"), BROKEN.values(), ids=BROKEN)
def test_training_on_a_broken_file_fails_naming_the_place(claims, home, content, place):
    training = ("train", "stage=training", "model=linear", "dataset=csv", f"dataset.path={claims(content)}")
    ended = run(*training, "--profile", "memory", home=home)
    assert (ended.status, ended.output) == (1, "")
    assert "claims.csv" in ended.errors
    assert place in ended.errors


def test_byte_order_mark_and_windows_line_ends_are_no_fault(medcost, claims):
    plain = medcost("data", "validate", claims(lines(*ROWS), "plain.csv"), "--json")
    odd = medcost("data", "validate", claims(b"\xef\xbb\xbf" + lines(*ROWS).replace("\n", "\r\n").encode()), "--json")
    assert (plain.status, odd.status) == (0, 0)
    assert odd.document["digest"] == plain.document["digest"]


def test_a_broken_contract_is_told_in_one_document_with_status_1(medcost, claims):
    ended = medcost("data", "validate", claims(BROKEN["negative age"][0]), "--json")
    assert ended.status == 1
    assert ended.document["is_kept"] is False
    (violation,) = ended.document["violations"]
    assert (violation["row"], violation["column"]) == (4, "age")


def test_a_sample_is_described_as_it_was_made(medcost, tmp_path):
    file = tmp_path / "sample.csv"
    assert medcost("data", "sample", "--rows", "50", "--seed", "3", "--out", file).status == 0
    described = medcost("data", "describe", file, "--json")
    assert described.document["rows"] == 50
    assert {column["column"] for column in described.document["columns"]} == set(HEADER.split(","))


def test_repeated_rows_are_kept_and_named(medcost, claims):
    ended = medcost("data", "validate", claims(lines(*ROWS, ROWS[1])), "--json")
    assert (ended.status, ended.document["duplicates"], ended.document["duplicate_rows"]) == (0, 1, [4])


def test_without_a_champion_drift_is_not_measured_and_nothing_fails(medcost, claims, home):
    ended = medcost("data", "validate", claims(lines(*ROWS)), "--json", "--fail-on-drift")
    assert (ended.status, ended.document["drift"]) == (0, None)
    assert "there is no champion yet" in ended.errors
    assert not home.exists()


@pytest.mark.parametrize(
    "command",
    [
        ("predict", "--input", "FILE", "--output", "FILE"),
        ("data", "split", "FILE", "--train", "FILE", "--held", "x.csv"),
        ("report", "--data", "FILE", "--out", "FILE"),
        ("schema", "infer", "FILE", "--out", "FILE", "--overwrite"),
    ],
)
def test_a_file_that_is_read_is_not_written_over(medcost, claims, command):
    file = claims(lines(*ROWS), "claims.xlsx")
    before = file.read_bytes()
    ended = medcost(*(file if word == "FILE" else word for word in command))
    assert (ended.status, "is the file that is read: name another to write" in ended.errors) == (2, True)
    assert file.read_bytes() == before


def test_both_parts_of_a_split_are_not_written_to_one_file(medcost, claims, tmp_path):
    part = tmp_path / "part.csv"
    ended = medcost("data", "split", claims(lines(*ROWS)), "--train", part, "--held", part)
    assert (ended.status, "name another for each" in ended.errors, part.exists()) == (2, True, False)
