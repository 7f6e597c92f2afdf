from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from typing import IO

import pyarrow.parquet as pq
import pytest

from adapters.arrow.people_files import ArrowPeopleFiles
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.score_people import GivenPeople, OpenPeople, ScorePeople, WriteScored
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.costs.scored_people import ScoredPeople
from domain.errors import PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from domain.people.people_table import ANSWERS, LEFT_OUT, LINE, NOTICE
from domain.ports.predictor import Predictor
from tests.support.default_schema import DEFAULT

HEAD = "age,sex,bmi,children,smoker,region\n"
ANN, BAD = "40,f,27.5,1,no,NE\n", "7,f,27.5,1,maybe,NE\n"


def a_file(content: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write((HEAD + content).encode())
    file.flush()
    return file


async def opened(content: str) -> GivenPeople:
    return await OpenPeople(files=ArrowPeopleFiles(), schema=DEFAULT)(a_file(content))


async def score(content: str, predictor: Predictor, progress: list[tuple[int, bool]] | None = None) -> ScoredPeople:
    people = await opened(content)

    def tell(scored: ScoredPeople, *, waiting: bool) -> None:
        if progress is not None:
            progress.append((scored.rows, waiting))

    return await ScorePeople(predictor=predictor)(people.table, people.reading(people.suggested), tell=tell)


@pytest.fixture
def predictor() -> NeighbourPredictor:
    return NeighbourPredictor(small_sample(DEFAULT))


async def test_a_person_gets_what_is_answered_elsewhere(predictor: NeighbourPredictor):
    facts = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
    (estimate,) = await predictor.predict([Beneficiary.of(DEFAULT, facts)])
    answer = (await score(ANN, predictor)).answer(0)
    assert answer is not None
    likely = estimate.cost.interval()
    assert (answer.expected, answer.typical) == (estimate.cost.expected, estimate.cost.typical)
    assert (answer.low, answer.high) == (likely.low, likely.high)


class Doubtful(Predictor):
    """A model with other cautions for each person, in the order of the schema."""

    def __init__(self, inner: Predictor, rows: Sequence[tuple[str, ...]]) -> None:
        self._inner, self._rows = inner, rows

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        inner = await self._inner.predict(beneficiaries)
        return [
            Estimate(estimate.cost, tuple(Caution(code, "", "") for code in codes), estimate.model)
            for estimate, codes in zip(inner, self._rows, strict=True)
        ]

    async def model(self) -> ModelReference:
        return await self._inner.model()


async def test_cautions_keep_the_order_of_the_schema_whichever_comes_first(predictor: NeighbourPredictor):
    rows = [("few_alike", "new_one"), ("bmi_beyond_data",), ("age_beyond_data", "bmi_beyond_data", "few_alike")]
    scored = await score(ANN * 3, Doubtful(predictor, rows))
    answers = [scored.answer(place) for place in range(3)]
    assert [answer.cautions if answer else None for answer in answers] == rows


async def test_bad_rows_are_counted_and_named_and_take_no_answer(predictor: NeighbourPredictor):
    scored = await score(ANN + BAD + "1,2\n" + ANN, predictor)
    assert (scored.rows, scored.good, scored.bad, scored.violation_count) == (4, 2, 2, 3)
    assert [(violation.row, violation.column, violation.rule) for violation in scored.violations] == [
        (3, "age", "range"),
        (3, "smoker", "type"),
        (4, "all", "malformed"),
    ]
    assert [violation.value for violation in scored.violations] == ["7", "maybe", "2"]
    assert scored.answer(1) is None
    assert scored.totals().people == 2


async def test_a_thousand_violations_are_kept_and_all_are_counted(predictor: NeighbourPredictor):
    scored = await score(BAD * 2_500, predictor)
    assert (len(scored.violations), scored.violation_count, scored.good) == (1_000, 5_000, 0)
    assert scored.totals().groups == ()


async def test_it_is_told_how_far_it_is(predictor: NeighbourPredictor):
    progress: list[tuple[int, bool]] = []
    await score(ANN * 2_500, predictor, progress)
    assert progress == [(1_000, False), (2_000, False), (2_500, False)]


async def test_a_model_that_is_away_is_waited_for(predictor: NeighbourPredictor):
    progress: list[tuple[int, bool]] = []
    predictor.failure = PredictorUnavailable("away", retry_after=0.1)
    people = await opened(ANN)

    def tell(scored: ScoredPeople, *, waiting: bool) -> None:
        progress.append((scored.rows, waiting))
        predictor.failure = None

    scored = await ScorePeople(predictor=predictor)(people.table, people.reading(people.suggested), tell=tell)
    assert scored.good == 1
    assert progress == [(0, True), (1, False)]


class Replaced(Predictor):
    """A model server whose model is replaced after its first answers."""

    def __init__(self, inner: Predictor, replacements: int) -> None:
        self._inner, self._left, self._version = inner, replacements, 1

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        reference = ModelReference(self._version, "d")
        if self._left:
            self._left -= 1
            self._version += 1
        inner = await self._inner.predict(beneficiaries)
        return [Estimate(estimate.cost, estimate.cautions, reference) for estimate in inner]

    async def model(self) -> ModelReference:
        return ModelReference(self._version, "d")


async def test_a_whole_file_is_answered_by_one_model(predictor: NeighbourPredictor):
    scored = await score(ANN * 2_500, Replaced(predictor, 1))
    assert scored.model == ModelReference(2, "d")
    assert scored.rows == 2_500


async def test_a_model_that_is_replaced_again_and_again_ends_it(predictor: NeighbourPredictor):
    with pytest.raises(PredictorUnavailable, match="again and again"):
        await score(ANN * 2_500, Replaced(predictor, 100))


async def written(content: str, kind: str, predictor: NeighbourPredictor, notice: str = "") -> bytes:
    people = await opened(content)
    scored = await ScorePeople(predictor=predictor)(
        people.table, people.reading(people.suggested), tell=lambda scored, *, waiting: None
    )
    return b"".join(WriteScored(files=ArrowPeopleFiles())(kind, people.table, scored, notice))


async def test_every_row_comes_back_in_order_with_its_line_and_what_is_wrong(predictor: NeighbourPredictor):
    out = await written(BAD + "\n" + ANN + "1,2\n", "csv", predictor, "synthetic data")
    head, *rows = csv.reader(io.StringIO(out.decode()))
    assert head == [LINE, *HEAD.strip().split(","), *ANSWERS, LEFT_OUT, NOTICE]
    bad, ann, short = (dict(zip(head, row, strict=True)) for row in rows)
    assert [row[LINE] for row in (bad, ann, short)] == ["2", "4", "5"]
    assert (bad["expected"], short["expected"]) == ("", "")
    assert float(ann["low"]) <= float(ann["typical"]) <= float(ann["high"])
    assert "age must be from 18 to 100 years, found 7; smoker must be" in bad[LEFT_OUT]
    assert "found maybe" in bad[LEFT_OUT]
    assert (ann[LEFT_OUT], short[LEFT_OUT]) == ("", "2 fields, the header has 6")
    assert {row[NOTICE] for row in (bad, ann, short)} == {"synthetic data"}


async def test_parquet_holds_numbers_though_its_first_thousand_rows_are_bad(predictor: NeighbourPredictor):
    table = pq.read_table(io.BytesIO(await written(BAD * 1_000 + ANN, "parquet", predictor)))
    assert table["expected"].null_count == 1_000
    assert table["expected"].to_pylist()[-1] > 0
    assert table[LINE].to_pylist() == list(range(2, 1_003))


async def test_the_report_of_what_was_left_out_shows_the_values(predictor: NeighbourPredictor):
    scored = await score(ANN + BAD, predictor)
    report = list(csv.DictReader(io.StringIO(b"".join(WriteScored(files=ArrowPeopleFiles()).report(scored)).decode())))
    assert [(row[LINE], row["column"], row["value"]) for row in report] == [("3", "age", "7"), ("3", "smoker", "maybe")]
