from __future__ import annotations

import json

import pytest

from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.sample import small_sample
from domain.prediction import ModelReference
from entrypoints.wiring.batch import predict_file

HEADER = "age,sex,bmi,children,smoker,region,name"
ANN = {"age": 40, "sex": "female", "bmi": 27.5, "children": 1, "smoker": "no", "region": "northeast", "name": "ann"}
GOOD = ",".join(map(str, ANN.values()))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", "\n".join([HEADER, "40,female", GOOD, GOOD.replace("40", "7"), GOOD])),
        ("in.jsonl", "\n".join(["{oops", *(json.dumps({**ANN, "age": age}) for age in (40, 7, 40))])),
    ],
)
async def test_bad_rows_are_reported_and_good_ones_scored(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    model = NeighbourPredictor(small_sample())
    out = tmp_path / "out.jsonl"
    result = await predict_file(
        model, ModelReference(1, "0" * 64), tmp_path / name, out, on_batch=lambda result, broken: None
    )
    assert (result.rows, result.scored, result.unknown_columns) == (4, 2, ("name",))
    assert [(one.row, one.column, one.rule) for one in result.violations] == [
        (1, "all", "malformed"),
        (3, "age", "range"),
    ]
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["name"], row["expected"] > 0) for row in written] == [("ann", True)] * 2
