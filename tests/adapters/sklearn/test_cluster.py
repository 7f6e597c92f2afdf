"""Trees that two workers grow together on rows that neither has all of."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from adapters.arrow.partitioned import PartitionedClaims
from adapters.arrow.synthetic import SyntheticClaims
from adapters.dask.executor import connected
from adapters.memory.clock import FixedClock
from adapters.sklearn.cluster import Cluster
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.scoring import r2, scores
from adapters.sklearn.storage import read
from adapters.sklearn.table import Table
from adapters.sklearn.trainer import SklearnTrainer
from domain.errors import ClaimsRejected, ExecutorUnavailable, ModelRefused
from domain.models.model import FoldPlan, Provenance, Recipe
from tests.support.default_schema import DEFAULT, READING
from tests.support.waiting import until

PARTS, ROWS, SAMPLE = 4, 3_000, 3_000
recipe = Recipe(family="boosting_xgboost", hyperparameters={"n_estimators": 80})
plan = FoldPlan(n_splits=4, n_repeats=1)
halves = FoldPlan(n_splits=2, n_repeats=1)


@pytest.fixture(scope="module")
def executor(dask_cluster):
    with dask_cluster(workers=2) as cluster, connected(cluster.address, patience=60) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        yield executor


@pytest.fixture(scope="module")
def trainer(executor):
    return SklearnTrainer(FixedClock(), executor, Cluster(executor.client, executor.translated))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    for seed in range(PARTS):
        SyntheticClaims(DEFAULT, rows=ROWS, seed=seed).write(folder / f"part-{seed}.parquet")
    return folder


@pytest.fixture(scope="module")
def claims(folder, executor):
    return PartitionedClaims(folder, executor, READING, sample=SAMPLE).read()


@pytest.fixture(scope="module")
def few_claims(folder, executor):
    """A smaller sample of the same rows: trees still grow on all of them."""
    return PartitionedClaims(folder, executor, READING, sample=500).read()


@pytest.fixture(scope="module")
def made(trainer, claims, tmp_path_factory):
    test = trainer.test(Recipe(family="linear"), claims, plan)  # a card needs figures, not these trees
    into = tmp_path_factory.mktemp("made")
    return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)


@pytest.fixture(scope="module")
def fresh():
    """Rows that nobody has seen."""
    return Table.of(SyntheticClaims(DEFAULT, rows=5_000, seed=99).read())


def measured(model, table):
    return scores(table, model.predict_arrays(table.rows)[0])


def test_they_score_within_a_percent_of_one_machine_that_has_all_rows(made, folder, fresh):
    whole = [Table.of(SyntheticClaims(DEFAULT, rows=ROWS, seed=seed).read()) for seed in range(PARTS)]
    table = Table(
        whole[0].schema, np.concatenate([part.rows for part in whole]), np.concatenate([part.charges for part in whole])
    )
    alone = measured(fit_model(recipe, table, seed=plan.seed), fresh)
    together = measured(read(made.folder, made.digest)[0], fresh)
    assert together.expected.r2 == pytest.approx(alone.expected.r2, rel=0.01)
    assert together.expected.rmse == pytest.approx(alone.expected.rmse, rel=0.01)
    assert together.crps == pytest.approx(alone.crps, rel=0.01)


def test_ranges_cover_nine_in_ten_whom_nobody_has_seen(made, fresh):
    # or a little more: trees that have not seen a fold have learnt from fewer rows than those that answer
    assert 0.88 < measured(read(made.folder, made.digest)[0], fresh).interval.coverage < 0.95
    assert 0.88 < made.card.cross_validation.interval.coverage < 0.95


def test_the_card_says_how_many_rows_the_fit_used_and_how_many_the_rest(made, claims):
    assert made.card.rows == PARTS * ROWS
    assert made.card.cross_validation.rows == len(claims) < PARTS * ROWS
    (note,) = made.card.notes
    assert f"{len(claims):,} of {PARTS * ROWS:,} rows" in note


def test_a_row_is_answered_for_by_trees_that_have_not_seen_it(trainer, executor, tmp_path):
    """Costs without any sense: who has seen a row remembers it, who has not knows nothing."""
    for part in range(2):
        table = SyntheticClaims(DEFAULT, rows=200, seed=part).table()
        table["charges"] = np.random.default_rng(part).uniform(0, 50_000, 200).round(2)
        table.to_parquet(tmp_path / f"part-{part}.parquet")
    nonsense = PartitionedClaims(tmp_path, executor, READING, sample=500).read()
    assert nonsense.population
    deep = {"n_estimators": 60, "max_depth": 10, "min_child_weight": 0.0, "learning_rate": 0.3}
    remembering = Recipe(family="boosting_xgboost", hyperparameters=deep)
    *folds, (model, _) = Cluster(executor.client, executor.translated).fits(
        remembering, nonsense.population, Table.of(nonsense), halves
    )
    table = Table.of(nonsense)
    # points: where they foretell nothing, everybody gets the distribution of all costs
    assert r2(table.charges, model.points(table.rows) - table.charges, table.weights) > 0.9
    assert model.distribution.name == "unconditional"
    assert max(fold.measured.expected.r2 for fold in folds) < 0.1
    assert sorted(np.concatenate([fold.held for fold in folds])) == list(range(400))


def test_the_gate_judges_it_by_rows_that_it_may_have_seen_as_by_those_it_has(made, claims, trainer, executor, folder):
    assert trainer.compare(made, None, claims, halves).comparison.method == "unconditional"
    _, learnt_from = read(made.folder, made.digest)
    everybody = PartitionedClaims(folder, executor, READING, sample=PARTS * ROWS).read()
    assert not learnt_from.surely_not(Table.of(everybody)).any()  # though most of them are not in the sample
    strangers = Table.of(SyntheticClaims(DEFAULT, rows=2_000, seed=50).read())
    assert learnt_from.surely_not(strangers).mean() == pytest.approx(SAMPLE / (PARTS * ROWS), abs=0.05)


def test_a_changed_byte_is_refused(made, tmp_path):
    for file in made.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    content = bytearray((tmp_path / "estimator.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "estimator.skops").write_bytes(content)
    with pytest.raises(ModelRefused, match=r"estimator\.skops changed"):
        read(tmp_path, made.digest)


def test_a_row_that_breaks_the_contract_is_found_by_the_worker_that_reads_it(executor, folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    table = SyntheticClaims(DEFAULT, rows=3, seed=1).table()
    table.loc[1, "age"] = 7
    table.to_parquet(tmp_path / "part-2.parquet")
    with pytest.raises(ClaimsRejected, match=r"row 2, column age: .* in part-2\.parquet"):
        PartitionedClaims(tmp_path, executor, READING, sample=SAMPLE).read()


def test_trees_are_grown_by_those_who_are_left_when_a_worker_is_lost(dask_cluster, few_claims):
    many = Recipe(family="boosting_xgboost", hyperparameters={"n_estimators": 600})
    with (
        dask_cluster(workers=2) as cluster,
        connected(cluster.address, patience=60) as executor,
        ThreadPoolExecutor(1) as thread,
    ):
        executor.client.wait_for_workers(2, timeout=60)
        shared = Cluster(executor.client, executor.translated)
        grown = shared.fits(many, few_claims.population, Table.of(few_claims), halves)
        fitting = thread.submit(list, grown)
        until_grown(cluster, fitting)
        cluster.workers.pop().kill()
        *folds, _ = fitting.result()
    assert min(fold.measured.expected.r2 for fold in folds) > 0.6


def test_a_cluster_that_is_lost_while_trees_are_grown_is_said_to_be_unavailable(dask_cluster, claims):
    many = Recipe(family="boosting_xgboost", hyperparameters={"n_estimators": 2_000})
    with (
        dask_cluster(workers=1) as cluster,
        connected(cluster.address, patience=20) as executor,
        ThreadPoolExecutor(1) as thread,
    ):
        grown = Cluster(executor.client, executor.translated).fits(many, claims.population, Table.of(claims), plan)
        fitting = thread.submit(list, grown)
        until_grown(cluster, fitting)
        cluster.end()
        with pytest.raises(ExecutorUnavailable):
            fitting.result(timeout=120)
        executor.client.close()  # as it does itself when the scheduler has not come back for a while
        with pytest.raises(ExecutorUnavailable, match="away"):
            next(Cluster(executor.client, executor.translated).fits(many, claims.population, Table.of(claims), plan))


def until_grown(cluster, fitting):
    """Wait until trees are being grown: XGBoost tells who takes part."""

    def begun():
        assert not fitting.done(), fitting.result()
        return "got rank" in cluster.log_text

    until(begun, within=120, pause=0.01)
