from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from adapters.arrow.parquet_writing import write_rows
from adapters.arrow.scoring_files import ArrowScoringFiles
from adapters.memory.loader import MemoryLoader, write_flat_model
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from application.costs.score_file import score
from domain.costs.prediction import ModelReference, NewPrediction, Published
from domain.costs.scoring import BATCH_ROWS, ScoringJob
from domain.errors import HomeInUse, PredictorUnavailable
from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, READING

HEADER = "age,sex,bmi,children,smoker,region,name"
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast", "name": "ann"}
GOOD = ",".join(map(str, ANN.values()))
MODEL = ModelReference(1, "0" * 64)
ENDINGS = ("csv", "jsonl", "parquet")


async def predict_file(model, reference, source, out, *, on_batch=None, at_once=BATCH_ROWS):
    file = ArrowScoringFiles().file(str(source), str(out))
    return await score(file, ScoringJob(reference, READING, at_once), model, on_batch)


class Mortal(NeighbourPredictor):
    """Answers as many batches as it has lives, and then no more."""

    def __init__(self, lives=99):
        super().__init__(small_sample(DEFAULT))
        self.lives = lives

    async def publish_columns(self, facts, schema=None, above=None):
        self.lives -= 1
        if self.lives < 0:
            message = "gone"
            raise PredictorUnavailable(message)
        return await super().publish_columns(facts, schema, above)


def people(n):
    draw = np.random.default_rng(1)
    return pa.table(
        {
            "name": [f"person {i:03}" for i in range(n)],
            "age": draw.integers(16, 70, n),  # some are too young
            "sex": draw.choice(["female", "male"], n),
            "bmi": draw.uniform(18, 50, n).round(1),
            "children": draw.integers(0, 6, n),
            "smoker": draw.choice(["no", "yes"], n),
            "region": draw.choice(["northeast", "southwest"], n),
        }
    )


def write(table, path):
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=7)
    elif path.suffix == ".csv":
        pyarrow.csv.write_csv(table, path)
    else:
        path.write_text("\n".join(map(json.dumps, table.to_pylist())))
    return path


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".csv":
        return pyarrow.csv.read_csv(path).to_pylist()
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", "\n".join([HEADER, "40,female", GOOD, GOOD.replace("40", "7"), GOOD])),
        ("in.jsonl", "\n".join(["{oops", *(json.dumps({**ANN, "age": age}) for age in (40, 7, 40))])),
    ],
)
async def test_bad_rows_are_reported_and_good_ones_scored(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    model = NeighbourPredictor(small_sample(DEFAULT))
    out = tmp_path / "out.jsonl"
    result = await predict_file(model, MODEL, tmp_path / name, out)
    assert (result.rows, result.scored, result.unknown_columns) == (4, 2, ("name",))
    assert [(violation.row, violation.column, violation.rule) for violation in result.violations] == [
        (1, "all", "malformed"),
        (3, "age", "range"),
    ]
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["name"], row["expected"] > 0) for row in written] == [("ann", True)] * 2


@pytest.mark.parametrize("to", ENDINGS)
@pytest.mark.parametrize("given", ENDINGS)
async def test_each_good_row_is_written_with_what_would_be_recorded_of_it(tmp_path, given, to):
    table = people(40)
    model = NeighbourPredictor(small_sample(DEFAULT))
    source, out = write(table, tmp_path / f"in.{given}"), tmp_path / f"out.{to}"
    result = await predict_file(model, MODEL, source, out, at_once=16)
    good = [row for row in table.to_pylist() if row["age"] >= 18]
    assert (result.rows, result.scored) == (40, len(good))
    for row, written in zip(good, read(out), strict=True):
        who = Beneficiary.of(DEFAULT, {name: row[name] for name in row if name != "name"})
        (estimate,) = await model.predict([who])
        made = NewPrediction.of(who, Published.of(estimate), at=datetime.now(UTC))
        answers = (made.expected, made.typical, made.interval.low, made.interval.high)
        assert tuple(written[name] for name in ("expected", "typical", "low", "high")) == answers
        assert {name: written[name] for name in row} == row
        assert (written["warnings"] or "").split() == [caution.code for caution in made.cautions]


@pytest.mark.parametrize(
    ("column", "values", "rules"),
    [
        ("age", [40.0, 40.5, None], ["type", "missing"]),
        ("age", ["40", "x", None], ["type", "missing"]),
        ("bmi", [27.5, float("nan"), float("inf")], ["missing", "type"]),
        ("sex", [" Female", "x", "other"], ["choice", "choice"]),
        ("smoker", [True, False, None], ["missing"]),
        ("smoker", ["TRUE", "no", "maybe"], ["type"]),
        ("region", pa.array(["northeast", None, "moon"]).dictionary_encode(), ["missing", "choice"]),
    ],
)
async def test_what_is_not_plainly_right_in_parquet_gets_its_exact_error(tmp_path, column, values, rules):
    rows = pa.table({**{name: [ANN[name]] * 3 for name in ANN}, column: values})
    pq.write_table(rows, tmp_path / "in.parquet")
    result = await predict_file(
        NeighbourPredictor(small_sample(DEFAULT)),
        MODEL,
        tmp_path / "in.parquet",
        tmp_path / "out.jsonl",
    )
    assert [(violation.column, violation.rule) for violation in result.violations] == [(column, rule) for rule in rules]
    assert result.scored == 3 - len(rules)


async def test_columns_of_parquet_are_passed_through_as_they_are(tmp_path):
    rows = pa.table(
        {**{name: [ANN[name]] for name in ANN}, "seen": pa.array([[1, None]]), "when": pa.array([7], pa.date32())}
    )
    pq.write_table(rows, tmp_path / "in.parquet")
    model = NeighbourPredictor(small_sample(DEFAULT))
    await predict_file(model, MODEL, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").select(rows.schema.names).equals(rows)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
async def test_times_in_nanoseconds_and_texts_in_bytes_are_passed_through(tmp_path, ending):
    rows = pa.table({**{name: [ANN[name]] for name in ANN}, "name": [b"ann"], "at": pa.array([1], pa.timestamp("ns"))})
    pq.write_table(rows, tmp_path / "in.parquet")
    out = tmp_path / f"out.{ending}"
    result = await predict_file(NeighbourPredictor(small_sample(DEFAULT)), MODEL, tmp_path / "in.parquet", out)
    assert (result.scored, result.violations) == (1, ())
    if ending != "xlsx":
        assert "1970-01-01" in out.read_text()
        assert "b'ann'" not in out.read_text()


async def test_columns_that_answers_take_the_place_of_are_named(tmp_path):
    rows = pa.table({**{name: [ANN[name]] for name in ANN}, "low": [1], "typical": ["x"]})
    pq.write_table(rows, tmp_path / "in.parquet")
    result = await predict_file(Mortal(), MODEL, tmp_path / "in.parquet", tmp_path / "out.csv")
    assert result.unknown_columns == ("name",)
    assert result.notes == ("answers take the place of the file's own columns: low, typical",)


@pytest.mark.parametrize(
    ("column", "later", "written"),
    [
        ("bmi", 27.9, [27.0, 27.0, 27.9]),
        ("note", "x", ["1", "1", "x"]),
        ("note", 10**25, ["1", "1", str(10**25)]),
        ("note", 2**60 + 1, [1, 1, 2**60 + 1]),
        ("seen", 3, ["true", "true", "3"]),
        ("share", True, ["0.5", "0.5", "true"]),
        ("place", {"b": [1]}, [{"a": 1, "b": None}, {"a": 1, "b": None}, {"a": None, "b": [1]}]),
        ("new", {}, [None, None, "{}"]),
        ("place", [1], ['{"a":1}', '{"a":1}', "[1]"]),
        ("new", 7, [None, None, 7]),
    ],
)
async def test_no_value_is_cut_where_the_first_rows_have_another_type(tmp_path, column, later, written):
    first = {**ANN, "bmi": 27, "note": 1, "seen": True, "share": 0.5, "place": {"a": 1}}
    rows = [first, first, {**first, column: later}]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    await predict_file(Mortal(), MODEL, source, tmp_path / "out.parquet", at_once=2)
    assert [row[column] for row in read(tmp_path / "out.parquet")] == written
    groups = tmp_path / "groups.parquet"
    with groups.open("wb") as file:
        write_rows(file, list(rows[-1]), [rows[:2], rows[2:]], {})
    assert [row[column] for row in read(groups)] == written


async def test_a_column_of_objects_may_turn_into_fractions_after_many_rows(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    source.write_text("\n".join(json.dumps({**ANN, "bmi": bmi}) for bmi in [27] * 10_000 + [27.5]))
    await predict_file(Mortal(), MODEL, source, out)
    written = pq.read_table(out)
    assert (written.schema.field("bmi").type, written.num_rows) == (pa.float64(), 10_001)
    assert written.column("bmi")[10_000].as_py() == 27.5


async def test_the_same_number_written_in_another_way_is_no_other_type(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps({**ANN, "bmi": 27, "note": note}) for note in (40, 41, 42.0, 0.0)))
    await predict_file(Mortal(), MODEL, source, tmp_path / "out.parquet", at_once=2)
    assert [row["note"] for row in read(tmp_path / "out.parquet")] == [40, 41, 42, 0]


@pytest.mark.parametrize("to", ["csv", "parquet"])
async def test_keys_that_the_first_row_of_a_batch_lacks_are_passed_through(tmp_path, to):
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(map(json.dumps, [ANN, {**ANN, "note": "x"}] * 2)))
    await predict_file(Mortal(), MODEL, source, tmp_path / f"out.{to}", at_once=2)
    assert [row["note"] or None for row in read(tmp_path / f"out.{to}")] == [None, "x", None, "x"]


@pytest.mark.parametrize("to", ENDINGS)
@pytest.mark.parametrize("given", ENDINGS)
async def test_a_run_that_was_cut_short_goes_on_and_ends_with_the_same_file(tmp_path, given, to):
    table = people(80).append_column("low", pa.array(range(80)))
    source, whole, model = write(table, tmp_path / f"in.{given}"), tmp_path / f"whole.{to}", Mortal()
    unharmed = await predict_file(model, MODEL, source, whole, at_once=4)
    for lives, scored_before in ((0, 0), (7, 0), (9, 32), (17, 64)):
        model.lives, cut = lives, tmp_path / f"cut after {lives}.{to}"
        with pytest.raises(PredictorUnavailable):
            await predict_file(model, MODEL, source, cut, at_once=4)
        assert not cut.exists()
        model.lives = 99
        resumed = await predict_file(model, MODEL, source, cut, at_once=4)
        assert resumed == replace(unharmed, resumed=scored_before, batches=resumed.batches)
        assert cut.read_bytes() == whole.read_bytes()
        cut.unlink()
        assert sorted(tmp_path.iterdir()) == sorted([source, whole])


async def test_a_run_that_failed_writes_nothing_into_the_file_of_the_next_run(tmp_path):
    source, whole, out = write(people(80), tmp_path / "in.csv"), tmp_path / "whole.parquet", tmp_path / "out.parquet"
    model, failures = Mortal(), []
    await predict_file(model, MODEL, source, whole, at_once=4)
    model.lives = 9
    try:
        await predict_file(model, MODEL, source, out, at_once=4)
    except PredictorUnavailable as error:
        failures.append(error)  # its traceback holds whatever the run had open
    assert failures
    model.lives = 99

    def collect(result, broken):
        if failures:
            failures.clear()
            gc.collect()

    assert (await predict_file(model, MODEL, source, out, on_batch=collect, at_once=4)).resumed == 32
    assert out.read_bytes() == whole.read_bytes()


async def test_another_model_begins_anew(tmp_path):
    source, out = write(people(80), tmp_path / "in.csv"), tmp_path / "out.csv"
    with pytest.raises(PredictorUnavailable):
        await predict_file(Mortal(17), MODEL, source, out, at_once=4)
    result = await predict_file(Mortal(99), ModelReference(2, "1" * 64), source, out, at_once=4)
    assert (result.resumed, len(read(out))) == (0, result.scored)


async def test_two_runs_never_write_the_same_file(tmp_path):
    source, out = write(people(8), tmp_path / "in.csv"), tmp_path / "out.csv"

    class Twin(NeighbourPredictor):
        async def publish_columns(self, facts, schema=None, above=None):
            with pytest.raises(HomeInUse):
                await predict_file(self, MODEL, source, out)
            return await super().publish_columns(facts, schema, above)

    assert (await predict_file(Twin(small_sample(DEFAULT)), MODEL, source, out)).rows == 8


@pytest.mark.process
async def test_a_killed_process_leaves_what_the_next_one_goes_on_with(tmp_path):
    source, out = write(people(2_000), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    folder = tmp_path / "model"
    digest = write_flat_model(folder, usd=100)
    script = (
        "import asyncio, sys, time, pathlib\n"
        "from adapters.memory.loader import MemoryLoader\n"
        "from domain.costs.prediction import ModelReference\n"
        "from tests.adapters.arrow.test_scored_file import predict_file\n"
        "from tests.support.default_schema import DEFAULT\n"
        "source, out, folder = map(pathlib.Path, sys.argv[1:4])\n"
        "reference = ModelReference(1, sys.argv[4])\n"
        "model = MemoryLoader(DEFAULT).load(reference, folder)\n"
        "slow = lambda *_: time.sleep(0.01)\n"
        "asyncio.run(predict_file(model, reference, source, out, on_batch=slow, at_once=10))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, source, out, folder, digest)
    state = tmp_path / ".out.parquet.state"
    while not state.exists():
        assert process.returncode is None
        await asyncio.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    reference = ModelReference(1, digest)
    model = MemoryLoader(DEFAULT).load(reference, folder)
    resumed = await predict_file(model, reference, source, out, at_once=10)
    assert 0 < resumed.resumed < 2_000
    await predict_file(model, reference, source, tmp_path / "whole.parquet", at_once=10)
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()
