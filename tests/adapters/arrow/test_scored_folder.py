"""A folder of Parquet files is scored file by file, and what is done is not done again."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.common.executor import LocalExecutor
from adapters.memory.clock import FixedClock
from adapters.memory.sample import small_sample
from application.costs.score_file import ScoreFile
from application.costs.score_folder import ScoreFolder, ShippedModel
from domain.costs.prediction import ModelReference
from domain.errors import ConfigurationError, InvalidInput, ModelRefused
from domain.models.model import FoldPlan, Provenance, Recipe
from tests.support import bombs
from tests.support.default_schema import DEFAULT, READING

pytestmark = pytest.mark.training


def people(rows, seed=0, youngest=18):
    draw = np.random.default_rng(seed)
    return pa.table(
        {
            "name": [f"person {i}" for i in range(rows)],
            "age": draw.integers(youngest, 70, rows),
            "sex": draw.choice(["female", "male"], rows),
            "bmi": draw.uniform(18, 50, rows).round(1),
            "children": draw.integers(0, 6, rows),
            "smoker": draw.choice(["no", "yes"], rows),
            "region": draw.choice(["northeast", "southwest"], rows),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from adapters.sklearn.trainer import SklearnTrainer

    trainer, recipe, plan, claims = (
        SklearnTrainer(FixedClock()),
        Recipe(family="linear"),
        FoldPlan(),
        small_sample(DEFAULT),
    )
    test, into = trainer.test(recipe, claims, plan), tmp_path_factory.mktemp("model")
    return trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=into)


@pytest.fixture(scope="module")
def model(folder):
    from adapters.sklearn.loader import SklearnLoader

    return ShippedModel.of(ModelReference(3, folder.digest), folder.folder, SklearnLoader())


@pytest.fixture
def source(tmp_path):
    files = tmp_path / "people"
    (files / "month=2").mkdir(parents=True)
    pq.write_table(people(90), files / "a.parquet")
    pq.write_table(people(70, seed=1, youngest=10), files / "b.parquet")  # some are too young
    pq.write_table(people(50, seed=2), files / "month=2" / "c.parquet")
    (files / "_SUCCESS").touch()
    (files / "notes.txt").write_text("no people")
    return files


def run(model, source, out):
    score = ScoreFolder(files=ArrowScoringFiles(), executor=LocalExecutor())
    _, results = score(model, str(source), str(out), READING)
    return {result.name: result for result in results}


def names(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_each_file_appears_under_its_name_in_the_other_folder(model, source, tmp_path):
    reports = run(model, source, tmp_path / "costs")
    assert names(tmp_path / "costs") == ["a.parquet", "b.parquet", "month=2/c.parquet"]
    assert list(reports) == names(tmp_path / "costs")


def test_answers_are_those_of_the_single_file_path(model, folder, source, tmp_path):
    alone, out = model.loader.load(model.reference, folder.folder), tmp_path / "b.parquet"
    single = asyncio.run(ScoreFile(files=ArrowScoringFiles())(alone, str(source / "b.parquet"), str(out), READING))
    report = run(model, source, tmp_path / "costs")["b.parquet"].report
    assert pq.read_table(tmp_path / "costs" / "b.parquet").equals(pq.read_table(tmp_path / "b.parquet"))
    assert (report.rows, report.scored, report.violations) == (single.rows, single.scored, single.violations)
    assert 0 < report.scored < report.rows == 70
    assert report.unknown_columns == ("name",)


def test_a_file_without_a_good_row_appears_empty_and_is_done(model, source, tmp_path):
    pq.write_table(people(5).slice(0, 0), source / "none.parquet")
    pq.write_table(people(5).drop_columns(["age"]), source / "wrong.parquet")
    reports = run(model, source, tmp_path / "costs")
    assert [(reports[name].report.rows, reports[name].report.scored) for name in ("none.parquet", "wrong.parquet")] == [
        (0, 0),
        (5, 0),
    ]
    empty = pq.read_table(tmp_path / "costs" / "wrong.parquet")
    assert (len(empty), empty.schema.field("expected").type) == (0, pa.float64())
    assert not any(result.is_new for result in run(model, source, tmp_path / "costs").values())


def test_what_the_same_model_has_done_is_not_done_again(model, source, tmp_path):
    first = run(model, source, tmp_path / "costs")
    written = {name: (tmp_path / "costs" / name).stat().st_mtime_ns for name in names(tmp_path / "costs")}
    again = run(model, source, tmp_path / "costs")
    assert not any(result.is_new for result in again.values())
    assert {name: result.report for name, result in again.items()} == {
        name: result.report for name, result in first.items()
    }
    assert written == {name: (tmp_path / "costs" / name).stat().st_mtime_ns for name in names(tmp_path / "costs")}


def test_a_changed_file_is_done_anew_and_the_others_are_not(model, source, tmp_path):
    run(model, source, tmp_path / "costs")
    pq.write_table(people(91), source / "a.parquet")
    again = run(model, source, tmp_path / "costs")
    assert [name for name, result in again.items() if result.is_new] == ["a.parquet"]
    assert len(pq.read_table(tmp_path / "costs" / "a.parquet")) == 91


def test_another_model_does_all_of_them_anew(model, source, tmp_path):
    run(model, source, tmp_path / "costs")
    later = replace(model, reference=ModelReference(4, model.reference.digest))
    assert all(result.is_new for result in run(later, source, tmp_path / "costs").values())
    assert pq.read_table(tmp_path / "costs" / "a.parquet")["model_version"].unique().to_pylist() == [4]


def test_a_file_that_fails_leaves_nothing_and_those_before_it_done(model, source, tmp_path):
    (source / "b.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InvalidInput, match=r"b\.parquet"):
        run(model, source, tmp_path / "costs")
    assert names(tmp_path / "costs") == ["a.parquet"]


def test_what_a_killed_worker_left_is_removed_in_the_end(model, source, tmp_path):
    (tmp_path / "costs").mkdir()
    (tmp_path / "costs" / ".a.parquet.0.part").write_bytes(b"PAR1 half")
    run(model, source, tmp_path / "costs")
    assert names(tmp_path / "costs") == ["a.parquet", "b.parquet", "month=2/c.parquet"]


def test_a_pattern_chooses_files(model, source, tmp_path):
    assert list(run(model, f"{source}/month=*/*.parquet", tmp_path / "costs")) == ["month=2/c.parquet"]


def test_people_and_answers_may_lie_wherever_fsspec_reaches(model, source, tmp_path):
    memory, root = fs.FileSystem.from_uri("fsspec+memory:///claims")
    fs.copy_files(str(source), root, destination_filesystem=memory)
    run(model, source, tmp_path / "costs")
    assert list(run(model, "fsspec+memory:///claims", "fsspec+memory:///costs")) == names(tmp_path / "costs")
    there = pq.read_table("/costs/b.parquet", filesystem=memory)
    assert there.equals(pq.read_table(tmp_path / "costs" / "b.parquet"))
    assert not any(result.is_new for result in run(model, "fsspec+memory:///claims", "fsspec+memory:///costs").values())


def test_answers_are_never_written_among_the_people(model, source):
    with pytest.raises(ConfigurationError, match="a folder of their own"):
        run(model, source, source / "costs")


@pytest.mark.parametrize("nowhere", ["nothing", "gopher://claims"])
def test_a_folder_that_is_not_there_is_named(model, tmp_path, nowhere):
    with pytest.raises((InvalidInput, ConfigurationError), match=nowhere):
        run(model, nowhere if "://" in nowhere else tmp_path / nowhere, tmp_path / "costs")


def test_a_model_that_changed_on_its_way_scores_nobody(model, source, tmp_path):
    changed = tuple((name, content + b" " * (name == "card.json")) for name, content in model.files)
    with pytest.raises(ModelRefused):
        run(replace(model, files=changed), source, tmp_path / "costs")
    assert names(tmp_path / "costs") == []


def test_a_partition_that_would_fill_memory_is_refused_by_name(model, source, tmp_path):
    (source / "d.parquet").write_bytes(bombs.one_text_in_many_rows())
    with pytest.raises(InvalidInput, match=r"d\.parquet: column 'note' has a cell of"):
        run(model, source, tmp_path / "costs")
