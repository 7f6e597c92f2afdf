"""One row has one meaning: training's reader, `predict`, the batch page and the API's CSV, over files that people have.

Each file is one that failed somewhere once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from adapters.arrow.claims_file import ClaimsFile
from adapters.arrow.people_files import ArrowPeopleFiles
from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.score_file import ScoreFile
from application.costs.score_people import OpenPeople, ScorePeople
from domain.errors import ClaimsRejected, ConfigurationError, InvalidInput
from domain.people.advice import words_to_name
from domain.people.beneficiary import Beneficiary
from domain.people.contract import BadRows
from domain.people.matching import ColumnMap
from domain.people.table_reading import ReadingRules
from entrypoints.composition.datasets import reading_rules
from tests.support.default_schema import DEFAULT, READING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.people.contract import ContractReport, Violation

Facts: TypeAlias = Mapping[str, object]
HEADER = "age,sex,bmi,children,smoker,region,charges"
EVE = {"age": 47, "sex": "female", "bmi": 29.3, "children": 2, "smoker": False, "region": "southeast"}
TOM = {"age": 33, "sex": "male", "bmi": 24.6, "children": 0, "smoker": True, "region": "northwest"}
EVES = "47,female,29.3,2,no,southeast,9312.75"
TOMS = "33,male,24.6,0,yes,northwest,28400.5"


class World:
    """Reads one file at each entry point; without its costs where people are asked about."""

    def __init__(self, folder: Path, api: Any) -> None:
        self._folder, self._api = folder, api
        self._predictor = NeighbourPredictor(small_sample(DEFAULT))

    def rules(self, *mapped: str) -> ReadingRules:
        return reading_rules(DEFAULT, mapped)

    def report(self, content: str, rules: ReadingRules | None = None) -> ContractReport:
        return self._claims(content, rules).report()

    def trained_on(self, content: str, *mapped: str, bad_rows: BadRows | None = None) -> list[Facts]:
        claims = self._claims(content, self.rules(*mapped), bad_rows or BadRows()).read()
        return [Beneficiary.of_numbers(DEFAULT, list(row)).as_facts() for row in claims.facts]

    def costs(self, content: str, bad_rows: BadRows) -> list[float]:
        return list(self._claims(content, None, bad_rows).read().charges)

    async def predicted(self, content: str, *mapped: str) -> tuple[list[Facts], Sequence[Violation]]:
        out = self._folder / "out.jsonl"
        source = self._file(content)
        score = ScoreFile(files=ArrowScoringFiles())
        result = await score(self._predictor, str(source), str(out), self.rules(*mapped))
        rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
        out.unlink(missing_ok=True)
        return rows, result.violations

    async def paged(self, content: str) -> tuple[list[Facts], Sequence[Violation]]:
        given = await OpenPeople(files=ArrowPeopleFiles(), schema=DEFAULT)(io.BytesIO(content.encode()))
        reading = given.reading(given.suggested)
        scored = await ScorePeople(predictor=self._predictor)(given.table, reading, tell=lambda *_, **__: None)
        return [who.as_facts() for who, _ in scored.shown], scored.violations

    async def posted(self, content: str) -> Any:
        headers = {"Content-Type": "text/csv"}
        return (await self._api.post("/predictions/batch", content=content, headers=headers)).json()

    def _claims(self, content: str, rules: ReadingRules | None = None, bad_rows: BadRows | None = None) -> ClaimsFile:
        return ClaimsFile(self._file(content), rules or ReadingRules(DEFAULT), bad_rows=bad_rows or BadRows())

    def _file(self, content: str) -> Path:
        file = self._folder / "people.csv"
        file.write_text(content)
        return file


@pytest.fixture
def world(tmp_path, memory_api):
    return World(tmp_path, memory_api)


async def everywhere(world: World, content: str) -> list[Facts]:
    """Read a good file at each entry point, hold the answers against each other, and give them."""
    trained = world.trained_on(content)
    answered, wrong = await world.predicted(content)
    assert (len(answered), list(wrong)) == (len(trained), [])
    assert await world.paged(content) == (trained, [])
    posted = await world.posted(content)
    assert posted["errors"] == []
    assert [prediction["beneficiary"] for prediction in posted["predictions"]] == trained
    assert [prediction["expected"] for prediction in posted["predictions"]] == [
        prediction["expected"] for prediction in answered
    ]
    return trained


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{EVES}\n{TOMS}\n",
        f"{HEADER}\n{EVES}\n{TOMS}\n".replace(",", ";"),
        f"{HEADER}\n{EVES}\n{TOMS}\n".replace(",", ";").replace(".", ","),
        f"sep=\t\n{HEADER}\n{EVES}\n{TOMS}\n".replace(",", "\t"),
        f"Members of the plan\n\n{HEADER}\n{EVES}\n\n{TOMS}\n,,,,,,\n",
        f",{HEADER.replace('sex', 'Gender')}\n0,{EVES}\n1,{TOMS}\n",
        f"{HEADER}\n{EVES[:-7]}" + '"$9,312.75"' + f"\n{TOMS[:-7]}28 400.50\n",
        f"{HEADER}\n{EVES.replace('29.3', '29.3' + '0' * 40)}\n{TOMS}\n",
    ],
    ids=["plain", "semicolon", "decimal-comma", "sep", "title", "index", "money", "long"],
)
async def test_files_of_many_dialects_are_the_same_people(world, content):
    assert await everywhere(world, content) == [EVE, TOM]
    assert world.costs(content, BadRows()) == [9312.75, 28400.5]


async def test_spellings_mean_the_same_everywhere(world):
    smokers = {"No": False, "TRUE": True, "True": True, "1": True, "Y": True, "yes ": True, "never": False, "0": False}
    sexes = ["Female", "female", "F", "FEMALE", "female ", "woman", "f", " female"]
    regions = ["SouthEast", "south east", "SE", "south-east", "southeast ", "South_East", "se", "southeast"]
    rows = [
        f"47,{sex},29.3,2,{smoker},{region},9312.75\n"
        for smoker, sex, region in zip(smokers, sexes, regions, strict=True)
    ]
    content = " AGE , Sex,BMI,Children,Smoker,Region,Charges\n" + "".join(rows)
    assert await everywhere(world, content) == [{**EVE, "smoker": smokes} for smokes in smokers.values()]


async def test_a_short_row_is_refused_by_its_line_everywhere(world):
    short = f"{HEADER},claims\n{EVES},2\n{TOMS},5\n47,female,29.3,2,no,southeast,1\n"
    why = "7 fields, the header has 8"
    assert [violation.sentence for violation in world.report(short).violations] == [f"line 4: {why} (malformed)"]
    for rows, wrong in (await world.predicted(short), await world.paged(short)):
        assert (len(rows), [(violation.line, violation.detail) for violation in wrong]) == (2, [(4, why)])
    posted = await world.posted(short)
    assert (len(posted["predictions"]), posted["errors"][0]["detail"]) == (2, f"line 4: {why}")


async def test_codes_are_refused_with_how_to_name_them_and_read_where_that_is_done(world):
    coded = f"{HEADER}\n47,0,29.3,2,0,2,9312.75\n33,1,24.6,0,1,1,28400.5\n"
    violations = world.report(coded).violations
    assert {(violation.column, violation.value) for violation in violations} == {
        ("sex", "0"),
        ("sex", "1"),
        ("region", "2"),
        ("region", "1"),
    }
    assert words_to_name(violations, DEFAULT) == [
        "sex: say what '0', '1' mean with --map sex:0=female, or as a spelling in the schema",
        "region: say what '2', '1' mean with --map region:2=northeast, or as a spelling in the schema",
    ]
    with pytest.raises(ClaimsRejected, match=r"Sex: say what '0', '1' mean with --map sex:0=female"):
        world.trained_on(coded)
    rows, wrong = await world.predicted(coded)
    assert (rows, len(wrong)) == ([], 4)
    posted = await world.posted(coded)
    assert posted["predictions"] == []
    assert posted["errors"][0]["detail"] == (
        "must be one of female, male; spellings in the schema say what other words mean"
    )
    mapped = ("sex:0=female", "sex:1=male", "region:2=southeast", "region:1=northwest")
    assert world.trained_on(coded, *mapped) == [EVE, TOM]
    assert len((await world.predicted(coded, *mapped))[0]) == 2


async def test_missing_cells_are_all_named_and_whole_rows_used_where_that_is_asked_for(world):
    gaps = f"{HEADER}\n{EVES}\n,male,24.6,0,yes,northwest,1\n38,female,?,2,no,N/A,2\n{TOMS[:-7]}\n"
    report = world.report(gaps)
    assert [(violation.line, violation.column, violation.rule) for violation in report.violations] == [
        (3, "age", "missing"),
        (4, "bmi", "missing"),
        (4, "region", "missing"),
        (5, "charges", "missing"),
    ]
    with pytest.raises(ClaimsRejected, match="line 3, column age: is missing"):
        world.trained_on(gaps)
    assert world.trained_on(gaps, bad_rows=BadRows(are_dropped=True, most=0.8)) == [EVE]
    rows, wrong = await world.predicted(gaps)
    assert (len(rows), len(wrong)) == (2, 3)
    people, also_wrong = await world.paged(gaps)
    assert people == [EVE, TOM]
    assert [(violation.line, violation.column, violation.rule, violation.value) for violation in also_wrong] == [
        (violation.line, violation.column, violation.rule, violation.value) for violation in wrong
    ]


async def test_a_column_that_denies_is_never_taken_for_the_fact(world):
    people = [*csv.reader(io.StringIO(f"{HEADER}\n{EVES}\n{TOMS}\n"))]
    for row, no, yes in zip(people, ("smoker_no", "1", "0"), ("smoker_yes", "0", "1"), strict=True):
        row[4:5] = [no, yes]
    content = "\n".join(map(",".join, people))
    assert [violation.detail for violation in world.report(content).violations] == ["the column is not there"]
    with pytest.raises(InvalidInput, match=r"column smoker: the column is not there.*--map smoker_yes=smoker"):
        await world.predicted(content)
    assert [error["pointer"] for error in (await world.posted(content))["errors"]] == ["/smoker"]
    assert await world.paged(content) == ([EVE, TOM], [])  # where a person sees that smoker_yes was chosen
    assert world.trained_on(content, "smoker_yes=smoker") == [EVE, TOM]
    with pytest.raises(ConfigurationError, match="the name of this column says no"):
        world.trained_on(content, "smoker_no=smoker")
    assert world.trained_on(content, "smoker_no=smoker", "smoker_no:1=no", "smoker_no:0=yes") == [EVE, TOM]


async def test_an_index_without_a_name_stands_in_for_no_fact(world):
    content = ",age,sex,bmi,smoker,region\n0,47,F,29.3,no,SE\n1,33,M,24.6,yes,NW\n"
    report = world.report(content)
    assert {violation.column for violation in report.violations} == {"children", "charges"}
    assert report.unknown_columns == ("(no name)",)
    assert "column 1 has no name" in report.notes[0]
    with pytest.raises(InvalidInput, match="column children: the column is not there"):
        await world.predicted(content)
    _, wrong = await world.paged(content)
    assert {(violation.column, violation.rule) for violation in wrong} == {("children", "missing")}
    assert [error["pointer"] for error in (await world.posted(content))["errors"]] == ["/children"]


async def test_an_ambiguous_number_is_refused_everywhere_unless_the_decimal_sign_is_given(world, tmp_path):
    content = f'{HEADER}\n47,female,"29,300",2,no,southeast,9312.75\n'
    why = "can be 29300 or 29.300: write it without the comma, or name the decimal sign"
    assert [violation.detail for violation in world.report(content).violations] == [why]
    for rows, wrong in (await world.predicted(content), await world.paged(content)):
        assert (rows, [violation.detail for violation in wrong]) == ([], [why])
    assert [error["detail"] for error in (await world.posted(content))["errors"]] == [why]
    comma = ReadingRules(DEFAULT, ColumnMap(decimal=","))
    assert {violation.rule for violation in world.report(content, comma).violations} == {"type"}  # the cost has a point
    assert world.report(content.replace("9312.75", "9312"), comma).is_kept


async def test_a_point_between_semicolons_is_doubtful_where_nothing_shows_what_it_is(world):
    content = f"{HEADER}\n47,female,29,2,no,southeast,9.312\n".replace(",", ";")
    why = "can be 9312 or 9.312: write it without the point, or name the decimal sign"
    assert [violation.detail for violation in world.report(content).violations] == [why]
    assert world.costs(content.replace(";29;", ";29.3;"), BadRows()) == [9.312]
    size = content.replace(";29;", ";29.312;").replace("9.312\n", "9312\n")
    for rows, wrong in (await world.predicted(size), await world.paged(size)):
        assert (rows, [violation.column for violation in wrong]) == ([], ["bmi"])
    assert [error["pointer"] for error in (await world.posted(size))["errors"]] == ["/bmi"]


async def test_a_workbook_is_the_same_people(world, tmp_path):
    book = Workbook()
    assert book.active
    book.active.append(["Plan of 2024"])
    for line in csv.reader(io.StringIO(f"{HEADER},seen\n{EVES},x\n{TOMS},y\n")):
        book.active.append([float(cell) if cell[:1].isdigit() else cell for cell in line])
    book.create_sheet("Notes").append(["nothing"])
    file, out = tmp_path / "people.xlsx", tmp_path / "out.parquet"
    book.save(file)
    claims = ClaimsFile(file, READING).read()
    assert [Beneficiary.of_numbers(DEFAULT, list(row)).as_facts() for row in claims.facts] == [EVE, TOM]
    assert [note.split(":")[0] for note in claims.notes] == [
        "the workbook has 2 sheets; 'Sheet' was read",
        "line 1 is no header and was skipped",
    ]
    model = NeighbourPredictor(small_sample(DEFAULT))
    score = ScoreFile(files=ArrowScoringFiles())
    result = await score(model, str(file), str(out), ReadingRules(DEFAULT, sheet="Sheet"))
    assert (result.scored, result.unknown_columns) == (2, ("seen",))
    assert pq.read_table(out).column("age").to_pylist() == [47, 33]
    given = await OpenPeople(files=ArrowPeopleFiles(), schema=DEFAULT)(io.BytesIO(file.read_bytes()))
    scored = await ScorePeople(predictor=model)(given.table, given.reading(given.suggested), tell=lambda *_, **__: None)
    assert [who.as_facts() for who, _ in scored.shown] == [EVE, TOM]
    with pytest.raises(InvalidInput, match="there is no sheet 'Claims': choose one of Sheet, Notes"):
        await score(model, str(file), str(out), ReadingRules(DEFAULT, sheet="Claims"))
