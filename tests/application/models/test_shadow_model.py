"""A challenger answers again what the champion answered: real models, and figures worked out beside them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import fmean, stdev

import pytest
from scipy.stats import t as student

from adapters.arrow.synthetic import SyntheticClaims
from adapters.memory.clock import FixedClock
from adapters.memory.ledger import MemoryLedger
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.publisher import MemoryPublisher
from application.costs.predict_costs import PredictCosts
from application.models.shadow_model import ShadowModel
from domain.costs.distribution import QUANTILE_LEVELS
from domain.costs.prediction import Outcome
from domain.errors import NoChampion, VersionNotFound
from domain.models.ledger import Change, NewEntry
from domain.models.model import FoldPlan, ModelVersion, Provenance, Recipe
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT

pytestmark = pytest.mark.training

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
LEARNT_FROM = SyntheticClaims(DEFAULT, rows=300, seed=0).read()
PEOPLE = SyntheticClaims(DEFAULT, rows=40, seed=5).read()


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    """Champion 1, and a version 2 that answers differently."""
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, plan = SklearnTrainer(FixedClock(NOW)), FoldPlan(n_repeats=1)

    def make(number, family):
        recipe, into = Recipe(family=family), tmp_path_factory.mktemp(family)
        test = trainer.test(recipe, LEARNT_FROM, plan)
        made = trainer.fit(recipe, LEARNT_FROM, plan, Provenance(metric="crps"), test=test, into=into)
        return ModelVersion(number, made.digest, NOW, made.card), made.folder

    return make(1, "linear"), make(2, "interaction_ols")


@pytest.fixture
def predictions():
    return MemoryPredictions()


@pytest.fixture
async def shadow(versions, predictions, tmp_path):
    from adapters.sklearn.loader import SklearnLoader
    from adapters.sklearn.trainer import SklearnTrainer

    ledger, publisher = MemoryLedger(), MemoryPublisher(workspace=tmp_path / "shelf")
    for version, folder in versions:
        await publisher.publish(version.reference, folder)
        await ledger.admit(version)
    champion, _ = versions[0]
    await ledger.append(
        NewEntry(
            change=Change.PROMOTION, version=1, digest=champion.digest, replaces=None, at=NOW, by="ann", reason="-"
        )
    )  # fmt: skip
    return ShadowModel(
        schema=DEFAULT,
        ledger=ledger,
        publisher=publisher,
        loader=SklearnLoader(),
        trainer=SklearnTrainer(FixedClock(NOW)),
        predictions=predictions,
        clock=FixedClock(NOW),
    )


@pytest.fixture
def loaded(versions):
    from adapters.sklearn.loader import SklearnLoader

    return [SklearnLoader().load(version.reference, folder) for version, folder in versions]


@pytest.fixture
def ask(loaded, predictions):
    """`await ask(claims, outcomes=, days=, by=)`: they were answered so many days ago; the first outcomes came in."""

    async def answer(claims=PEOPLE, *, outcomes=0, days=10, by=0):
        people = [Beneficiary.of_numbers(DEFAULT, list(row)) for row in claims.facts]
        at = FixedClock(NOW - days * DAY)
        made = await PredictCosts(predictor=loaded[by], predictions=predictions, clock=at)(people)
        for prediction, cost in list(zip(made, claims.charges, strict=True))[:outcomes]:
            await predictions.record_outcome(prediction.id, Outcome(float(cost), NOW - DAY))
        return made

    return answer


async def test_differences_are_what_it_would_have_answered_minus_what_was_recorded(shadow, ask, loaded):
    made = await ask()
    report = await shadow(2, MONTH)
    would_have = [
        prediction.cost for prediction in await loaded[1].predict([prediction.beneficiary for prediction in made])
    ]
    differences = [cost.expected - prediction.expected for cost, prediction in zip(would_have, made, strict=True)]
    everybody = report.groups[0]
    assert (report.champion.version, report.challenger.version, report.predictions) == (1, 2, 40)
    assert everybody.expected.mean == pytest.approx(fmean(differences))
    assert everybody.expected.mean_absolute == pytest.approx(fmean(map(abs, differences)))
    assert everybody.expected.median == round(sorted(differences)[19])
    assert everybody.expected.p95 == round(sorted(differences)[37])
    assert everybody.typical.mean == pytest.approx(
        fmean(cost.typical - prediction.typical for cost, prediction in zip(would_have, made, strict=True))
    )
    largest = max(zip(differences, made, strict=True), key=lambda pair: abs(pair[0]))
    assert (report.movers[0].difference, report.movers[0].prediction) == largest
    sizes = [abs(mover.difference) for mover in report.movers]
    assert sizes == sorted(sizes, reverse=True)
    smokers = next(group for group in report.groups if group.group == "smoker=yes")
    assert smokers.predictions == sum(prediction.beneficiary["smoker"] for prediction in made)


async def test_figures_on_outcomes_are_those_worked_out_by_hand(shadow, ask, loaded):
    made = (await ask(outcomes=30))[:30]
    replay = (await shadow(2, MONTH)).replay
    costs = [float(cost) for cost in list(PEOPLE.charges)[:30]]
    people = [prediction.beneficiary for prediction in made]
    theirs, mine = [[estimate.cost for estimate in await model.predict(people)] for model in loaded]

    def crps(cost, usd):
        return 2 * fmean(
            (level - (usd < quantile)) * (usd - quantile)
            for level, quantile in zip(QUANTILE_LEVELS, cost.quantiles, strict=True)
        )

    paired = [crps(own, usd) - crps(other, usd) for own, other, usd in zip(mine, theirs, costs, strict=True)]
    assert replay.comparison.rows == 30
    assert replay.comparison.difference == pytest.approx(fmean(paired))
    assert replay.comparison.upper_bound == pytest.approx(
        fmean(paired) + student.ppf(0.95, 29) * stdev(paired) / sqrt(30)
    )
    for scores, costs_of_model in ((replay.challenger, mine), (replay.champion, theirs)):
        pairs = list(zip(costs_of_model, costs, strict=True))
        inside = [cost.interval().low <= usd <= cost.interval().high for cost, usd in pairs]
        assert scores.interval.coverage == pytest.approx(fmean(inside))
        assert scores.expected.bias == pytest.approx(fmean(cost.expected - usd for cost, usd in pairs))
        assert scores.typical.mae == pytest.approx(fmean(abs(cost.typical - usd) for cost, usd in pairs))


async def test_a_replay_changes_nothing(shadow, ask, predictions):
    await ask(outcomes=30)
    before = dict(predictions._rows)
    await shadow(2, MONTH)
    assert predictions._rows == before
    assert (await shadow.ledger.champion()).number == 1
    assert len(await shadow.ledger.history()) == 1


async def test_outcomes_that_a_model_learnt_from_do_not_count(shadow, ask):
    await ask(LEARNT_FROM, outcomes=300)
    report = await shadow(2, MONTH)
    assert (report.predictions, report.outcomes, report.replay) == (300, 300, None)


async def test_what_was_asked_earlier_or_answered_by_another_is_left_out(shadow, ask):
    await ask(days=31, outcomes=30)
    await ask(by=1, outcomes=30)
    report = await shadow(2, MONTH)
    assert (report.predictions, report.groups, report.movers, report.outcomes) == (0, (), (), 0)


async def test_more_than_a_page_is_replayed_to_the_last(shadow, ask):
    await ask(SyntheticClaims(DEFAULT, rows=1001, seed=6).read())
    assert (await shadow(2, MONTH)).predictions == 1001


async def test_there_must_be_a_champion_and_such_a_version(shadow):
    with pytest.raises(VersionNotFound):
        await shadow(3, MONTH)
    nobody = replace(shadow, ledger=MemoryLedger())
    with pytest.raises(NoChampion):
        await nobody(2, MONTH)
