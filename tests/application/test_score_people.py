from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO

import pytest

from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from adapters.pyarrow.people_files import ArrowPeopleFiles
from application.score_people import GivenPeople, OpenPeople, ScorePeople, WriteScored
from domain.beneficiary import Beneficiary
from domain.errors import PredictorUnavailable
from domain.ports.predictor import Predictor
from domain.prediction import Estimate, ModelReference
from domain.scored_people import ScoredPeople

HEAD = "age,sex,bmi,children,smoker,region\n"
ANN, BAD = "40,f,27.5,1,no,NE\n", "7,f,27.5,1,maybe,NE\n"


def a_file(content: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    file.write((HEAD + content).encode())
    file.flush()
    return file


async def opened(content: str) -> GivenPeople:
    return await OpenPeople(files=ArrowPeopleFiles())(a_file(content))


async def score(content: str, predictor: Predictor, told: list[tuple[int, bool]] | None = None) -> ScoredPeople:
    people = await opened(content)

    def tell(scored: ScoredPeople, *, waiting: bool) -> None:
        if told is not None:
            told.append((scored.rows, waiting))

    return await ScorePeople(predictor=predictor)(people.table, people.suggested, tell=tell)


@pytest.fixture
def predictor() -> NeighbourPredictor:
    return NeighbourPredictor(small_sample())


async def test_a_person_gets_what_is_answered_elsewhere(predictor: NeighbourPredictor):
    facts = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": False, "region": "northeast"}
    (estimate,) = await predictor.predict([Beneficiary.of(facts)])
    answer = (await score(ANN, predictor)).answer(0)
    assert answer is not None
    likely = estimate.cost.interval()
    assert (answer.expected, answer.typical) == (estimate.cost.expected, estimate.cost.typical)
    assert (answer.low, answer.high) == (likely.low, likely.high)


async def test_bad_rows_are_counted_and_named_and_take_no_answer(predictor: NeighbourPredictor):
    scored = await score(ANN + BAD + "1,2\n" + ANN, predictor)
    assert (scored.rows, scored.good, scored.bad, scored.violation_count) == (4, 2, 2, 3)
    assert [(one.row, one.column, one.rule) for one in scored.violations] == [
        (2, "age", "range"),
        (2, "smoker", "type"),
        (3, "all", "malformed"),
    ]
    assert scored.answer(1) is None
    assert scored.totals().people == 2


async def test_a_thousand_violations_are_kept_and_all_are_counted(predictor: NeighbourPredictor):
    scored = await score(BAD * 2_500, predictor)
    assert (len(scored.violations), scored.violation_count, scored.good) == (1_000, 5_000, 0)
    assert scored.totals().groups == ()


async def test_it_is_told_how_far_it_is(predictor: NeighbourPredictor):
    told: list[tuple[int, bool]] = []
    await score(ANN * 2_500, predictor, told)
    assert told == [(1_000, False), (2_000, False), (2_500, False)]


async def test_a_model_that_is_away_is_waited_for(predictor: NeighbourPredictor):
    told: list[tuple[int, bool]] = []
    predictor.failure = PredictorUnavailable("away", retry_after=0.1)
    people = await opened(ANN)

    def tell(scored: ScoredPeople, *, waiting: bool) -> None:
        told.append((scored.rows, waiting))
        predictor.failure = None

    scored = await ScorePeople(predictor=predictor)(people.table, people.suggested, tell=tell)
    assert scored.good == 1
    assert told == [(0, True), (1, False)]


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
        return [Estimate(one.cost, one.cautions, reference) for one in inner]

    async def model(self) -> ModelReference:
        return ModelReference(self._version, "d")


async def test_a_whole_file_is_answered_by_one_model(predictor: NeighbourPredictor):
    scored = await score(ANN * 2_500, Replaced(predictor, 1))
    assert scored.model == ModelReference(2, "d")
    assert scored.rows == 2_500


async def test_a_model_that_is_replaced_again_and_again_ends_it(predictor: NeighbourPredictor):
    with pytest.raises(PredictorUnavailable, match="again and again"):
        await score(ANN * 2_500, Replaced(predictor, 100))


async def test_answers_stand_beside_the_columns_of_the_file(predictor: NeighbourPredictor):
    people = await opened(BAD + ANN)
    use = WriteScored(files=ArrowPeopleFiles())
    scored = await ScorePeople(predictor=predictor)(
        people.table, people.suggested, tell=lambda scored, *, waiting: None
    )
    head, line = b"".join(use("csv", people.table, scored)).decode().splitlines()
    assert head == HEAD.strip() + ",expected,typical,low,high,warnings,model_version"
    assert line.startswith(ANN.strip() + ",")
