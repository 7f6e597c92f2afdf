"""What a claims file may look like, and what is said when it does not."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from adapters.arrow.claims_file import MOST_ROWS, ClaimsFile
from domain.errors import ClaimsRejected
from domain.people.contract import BadRows
from tests.support import bombs
from tests.support.default_schema import READING

HEADER = "age,sex,bmi,children,smoker,region,charges"
ANN = "40,female,27.5,1,no,northeast,6500.25"
BOB = "58,male,34.0,0,yes,southwest,41000"


@pytest.fixture
def claims_of(tmp_path):
    def write(content, name="claims.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return ClaimsFile(file, READING)

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
        ("forty,female,27.5,1,no,northeast,6500", "line 3, column age: must be a whole number, not 'forty' (type)"),
        ("40,female,NaN,1,no,northeast,6500", "line 3, column bmi: is missing (missing)"),
        ("-4,female,27.5,1,no,northeast,6500", "line 3, column age: must be from 18 to 100 years, not '-4' (range)"),
        ("40.5,female,27.5,1,no,northeast,6500", "line 3, column age: must be a whole number, not '40.5' (type)"),
        ("40,female,27.5,1,no,northeast,-1", "line 3, column charges: must not be negative, not '-1' (range)"),
        ("40,female,27.5,1,no,northeast,inf", "line 3, column charges: must be a number, not 'inf' (type)"),
        (
            "40,female,27.5,1,maybe,northeast,1",
            'line 3, column smoker: must be true, false, "yes" or "no", not \'maybe\' (type)',
        ),
        ("40,female,27.5,1,no,,1", "line 3, column region: is missing (missing)"),
        ("40,female,27.5,1,no", "line 3: 5 fields, the header has 7 (malformed)"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_rule(claims_of, row, place):
    with pytest.raises(ClaimsRejected) as caught:
        claims_of(f"{HEADER}\n{ANN}\n{row}\n").read()
    assert str(caught.value).startswith("claims.csv: ")
    assert place in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no line names columns"),
        (HEADER, "there are no data rows"),
        ("age,sex\n40,female\n", "column bmi: the column is not there"),
        (f"age,{HEADER}\n40,{ANN}\n", "two columns are called 'age': rename one of them"),
        (f"{HEADER}\n{ANN},7\n", "line 2: 8 fields, the header has 7"),
        (f"age,AGE ,{HEADER[4:]}\n40,{ANN}\n", "column age: is there twice: as age and as AGE"),
        (f"{HEADER}\n{ANN.replace('northeast', 'nördlich')}\n".encode("latin-1"), "not 'nördlich'"),
        (f"{HEADER}\n{ANN}\n".encode() + b"\x81", "line 3 is neither UTF-8 nor Windows-1252"),
        (b"\x00\x01\x02", "binary"),
    ],
)
def test_what_is_no_table_of_claims_is_refused_with_the_reason(claims_of, content, complaint):
    with pytest.raises(ClaimsRejected, match=complaint):
        claims_of(content).read()


def test_a_missing_file_and_a_foreign_ending_are_refused(claims_of, tmp_path):
    with pytest.raises(ClaimsRejected, match="cannot be read"):
        ClaimsFile(tmp_path / "nothing.csv", READING).read()
    with pytest.raises(ClaimsRejected, match=r"\.xlsx or \.parquet"):
        claims_of(f"{HEADER}\n{ANN}\n", "claims.pdf").read()
    with pytest.raises(ClaimsRejected, match="no Parquet table"):
        claims_of(f"{HEADER}\n{ANN}\n", "claims.parquet").read()


def test_all_violations_are_counted_and_a_thousand_told_in_order(claims_of):
    bad = "7,neither,99,16,no,northeast,1\n" * 600
    report = claims_of(f"{HEADER}\n{bad}").report()
    assert report.violation_count == 2400
    assert len(report.violations) == 1000
    assert [(violation.row, violation.column) for violation in report.violations[:5]] == [
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
    (header, *learnt), (_, *held_lines) = train.read_text().splitlines(), held.read_text().splitlines()
    assert header == f"note,{HEADER}"
    assert sorted([*learnt, *held_lines]) == sorted(f"kept,{row}" for row in whole * 2)
    assert len(held_lines) == 20
    assert not set(learnt) & set(held_lines)

    again = tmp_path / "again.csv"
    claims.split(train, again, share=0.25, seed=0)
    assert again.read_bytes() == held.read_bytes()
    claims.split(train, again, share=0.25, seed=1)
    assert again.read_bytes() != held.read_bytes()


def test_a_file_that_breaks_the_contract_is_not_split(claims_of, tmp_path):
    with pytest.raises(ClaimsRejected, match="line 2, column age"):
        claims_of(f"{HEADER}\n-7,male,30,0,no,southeast,100").split(
            tmp_path / "train.csv", tmp_path / "held.csv", share=0.5, seed=0
        )
    assert not (tmp_path / "train.csv").exists()


def test_a_column_that_is_not_needed_is_named_and_never_unpacked(claims_of):
    report = claims_of(bombs.one_text_in_many_rows(), "claims.parquet").report()
    assert report.is_kept
    assert report.unknown_columns == ("note",)


@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        (lambda: bombs.one_text_in_many_rows("sex"), "column 'sex' has a cell of"),
        (lambda: bombs.one_text_in_many_rows("region", 100_000, 100_000), "column region: must be one of"),
        (bombs.a_huge_footer, "the description at the end"),
    ],
    ids=["cell", "texts", "footer"],
)
def test_a_parquet_file_that_would_fill_memory_is_refused(claims_of, bomb, why):
    with pytest.raises(ClaimsRejected, match=why):
        claims_of(bomb(), "claims.parquet").read()


def test_more_rows_than_a_file_may_have_are_refused_before_they_are_read(claims_of):
    bomb = bombs.parquet(pa.table({"age": pa.repeat(pa.scalar(True), MOST_ROWS + 1)}), row_group_size=MOST_ROWS)
    assert len(bomb) < 100_000
    with pytest.raises(ClaimsRejected, match="split it into the files of a folder"):
        claims_of(bomb, "claims.parquet").read()


def test_lines_far_shorter_than_the_first_are_refused_by_line(claims_of):
    names = ",".join(f"x{i}" for i in range(10_000))
    with pytest.raises(ClaimsRejected, match="line 2: 1 fields, the header has 10,007"):
        claims_of(f"{HEADER},{names}\n" + "1\n" * 1_000).read()


def test_utf_16_semicolons_and_decimal_commas_make_no_difference(claims_of):
    content = f"{HEADER}\n{ANN}\n{BOB}\n"
    other = content.replace(",", ";").replace(".", ",").encode("utf-16")
    assert claims_of(other, "other.csv").read().digest == claims_of(content).read().digest


def test_bad_rows_are_left_out_where_that_is_asked_for_and_they_are_few(claims_of):
    good = "".join(f"{age},female,27.5,1,no,northeast,{age}00\n" for age in range(20, 40))
    bad = "7,female,27.5,1,no,northeast,1\n40,female\n"
    file = claims_of(f"{HEADER}\n{good}{bad}")
    with pytest.raises(ClaimsRejected, match=r"2 of 22 rows are bad \(9.1%\): correct them, or .*dataset.on_bad=drop"):
        file.read()
    claims = replace(file, bad_rows=BadRows(are_dropped=True)).read()
    assert claims.digest == claims_of(f"{HEADER}\n{good}", "good.csv").read().digest
    assert claims.left_out
    assert claims.left_out.sentence == "2 of 22 rows break the contract and were left out"
    assert [violation.line for violation in claims.left_out.violations] == [22, 23]
    with pytest.raises(ClaimsRejected, match=r"at most 5.0% may be left out: .* raise dataset.most_bad"):
        replace(file, bad_rows=BadRows(are_dropped=True, most=0.05)).read()
    missing = claims_of("age,sex\n40,female\n", "missing.csv")
    with pytest.raises(ClaimsRejected, match="column bmi: the column is not there"):
        replace(missing, bad_rows=BadRows(are_dropped=True, most=1)).read()


def test_cells_of_the_columns_that_are_there_are_readable_whatever_else_is_wrong(claims_of):
    sample = claims_of("age,sex,extra\n40,female,1\n,male,2\n7,x,3\n41,male\n").readable()
    ages, sexes = np.asarray(sample.facts)[:, :2].T
    np.testing.assert_array_equal(ages, [40, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(sexes, [0, 1, np.nan, np.nan])
    assert np.isnan(np.asarray(sample.facts)[:, 2:]).all()
    assert np.isnan(np.asarray(sample.more["charges"])).all()
