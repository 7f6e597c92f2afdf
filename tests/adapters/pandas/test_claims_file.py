"""What a claims file may look like, and what is said when it does not."""

import pytest

from adapters.pandas.claims_file import ClaimsFile
from domain.errors import ClaimsRejected

HEADER = "age,sex,bmi,children,smoker,region,charges"
ANN = "40,female,27.5,1,no,northeast,6500.25"
BOB = "58,male,34.0,0,yes,southwest,41000"


@pytest.fixture
def claims_of(tmp_path):
    def write(content, name="claims.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return ClaimsFile(file)

    return write


def rows_of(claims):
    return [list(row) for row in claims.facts], list(claims.charges)


def test_rows_become_the_numbers_of_the_facts(claims_of):
    facts, charges = rows_of(claims_of(f"{HEADER}\n{ANN}\n{BOB}\n").read())
    assert facts == [[40, 0, 27.5, 1, 0, 0], [58, 1, 34, 0, 1, 3]]
    assert charges == [6500.25, 41000]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + f"{HEADER}\n{ANN}\n".encode(),
        f"{HEADER}\r\n{ANN}\r\n",
        f"{HEADER}\n{ANN}",
        f" AGE ,Sex,bmi , children,SMOKER,region,Charges\n{ANN}\n",
        "charges,region,smoker,children,bmi,sex,age\n6500.25,northeast,no,1,27.5,female,40\n",
        f"{HEADER}\n 40 , female, 27.5 ,1, no ,northeast, 6500.25\n",
        f"{HEADER},hat\n{ANN},bowler\n",
    ],
    ids=["bom", "windows", "no-last-newline", "names", "order", "space", "unknown-column"],
)
def test_how_a_file_is_written_makes_no_difference(claims_of, content):
    assert claims_of(content).read().digest == claims_of(f"{HEADER}\n{ANN}\n", "plain.csv").read().digest


def test_unknown_columns_are_named_and_ignored(claims_of):
    report = claims_of(f"{HEADER},hat\n{ANN},bowler\n").report()
    assert report.unknown_columns == ("hat",)
    assert report.is_kept


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("forty,female,27.5,1,no,northeast,6500", "row 2, column age: must be a number, not 'forty' (type)"),
        ("40,female,NaN,1,no,northeast,6500", "row 2, column bmi: is missing (missing)"),
        ("-4,female,27.5,1,no,northeast,6500", "row 2, column age: must be from 18 to 100 years, not '-4' (range)"),
        ("40.5,female,27.5,1,no,northeast,6500", "row 2, column age: must be a whole number, not '40.5' (type)"),
        ("40,female,27.5,1,no,northeast,-1", "row 2, column charges: must not be negative, not '-1' (range)"),
        ("40,female,27.5,1,no,northeast,inf", "row 2, column charges: must be a number, not 'inf' (type)"),
        (
            "40,female,27.5,1,maybe,northeast,1",
            "row 2, column smoker: must be one of no, yes, false, true, not 'maybe'",
        ),
        ("40,female,27.5,1,no,,1", "row 2, column region: is missing (missing)"),
        ("40,female,27.5,1,no", "row 2, column region: is missing (missing)"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_rule(claims_of, row, place):
    with pytest.raises(ClaimsRejected) as told:
        claims_of(f"{HEADER}\n{ANN}\n{row}\n").read()
    assert str(told.value).startswith("claims.csv: ")
    assert place in str(told.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (HEADER, "there are no data rows"),
        ("age,sex\n40,female\n", "column bmi: the column is not there"),
        (f"age,{HEADER}\n40,{ANN}\n", "column age: is there twice"),
        (f"{HEADER}\n{ANN},7\n", "this is no table"),
        (f"{HEADER}\n{ANN}\n".encode("utf-16"), "line 1 is not UTF-8"),
        (f"{HEADER}\n{ANN.replace('northeast', 'nördlich')}\n".encode("latin-1"), "line 2 is not UTF-8"),
        (b"\x00\x01\x02", "binary"),
    ],
)
def test_what_is_no_table_of_claims_is_refused_with_the_reason(claims_of, content, complaint):
    with pytest.raises(ClaimsRejected, match=complaint):
        claims_of(content).read()


def test_a_missing_file_and_a_foreign_ending_are_refused(claims_of, tmp_path):
    with pytest.raises(ClaimsRejected, match="cannot be read"):
        ClaimsFile(tmp_path / "nothing.csv").read()
    with pytest.raises(ClaimsRejected, match=r"\.csv or \.parquet"):
        claims_of(f"{HEADER}\n{ANN}\n", "claims.xlsx").read()
    with pytest.raises(ClaimsRejected, match="no Parquet table"):
        claims_of(f"{HEADER}\n{ANN}\n", "claims.parquet").read()


def test_all_violations_are_counted_and_a_thousand_told_in_order(claims_of):
    bad = "7,neither,99,16,no,northeast,1\n" * 600
    report = claims_of(f"{HEADER}\n{bad}").report()
    assert report.violation_count == 2400
    assert len(report.violations) == 1000
    assert [(one.row, one.column) for one in report.violations[:5]] == [
        (1, "age"), (1, "sex"), (1, "bmi"), (1, "children"), (2, "age"),
    ]  # fmt: skip
    assert not report.is_kept


def test_a_report_names_duplicates_and_summarises_each_column(claims_of):
    report = claims_of(f"{HEADER}\n{ANN}\n{BOB}\n{ANN}\n").report()
    assert (report.rows, report.duplicates, report.duplicate_rows) == (3, 1, (3,))
    by_name = {summary.column: summary for summary in report.columns}
    assert (by_name["age"].minimum, by_name["age"].maximum) == (40, 58)
    assert by_name["smoker"].counts == {"no": 2, "yes": 1}


def test_a_split_holds_a_share_back_and_keeps_equal_rows_together(claims_of, tmp_path):
    whole = [f"{age},female,27.5,1,no,northeast,{age}00" for age in range(20, 60)]
    claims = claims_of("\n".join([f"note,{HEADER}", *(f"kept,{row}" for row in whole * 2)]))
    train, held = tmp_path / "train.csv", tmp_path / "held.csv"
    claims.split(train, held, share=0.25, seed=0)
    (header, *learnt), (_, *kept) = train.read_text().splitlines(), held.read_text().splitlines()
    assert header == f"note,{HEADER}"
    assert sorted([*learnt, *kept]) == sorted(f"kept,{row}" for row in whole * 2)
    assert len(kept) == 20
    assert not set(learnt) & set(kept)

    again = tmp_path / "again.csv"
    claims.split(train, again, share=0.25, seed=0)
    assert again.read_bytes() == held.read_bytes()
    claims.split(train, again, share=0.25, seed=1)
    assert again.read_bytes() != held.read_bytes()


def test_a_file_that_breaks_the_contract_is_not_split(claims_of, tmp_path):
    with pytest.raises(ClaimsRejected, match="row 1, column age"):
        claims_of(f"{HEADER}\n-7,male,30,0,no,southeast,100").split(
            tmp_path / "train.csv", tmp_path / "held.csv", share=0.5, seed=0
        )
    assert not (tmp_path / "train.csv").exists()
