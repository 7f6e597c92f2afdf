from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.memory.predictions import MemoryPredictions
from adapters.memory.predictor import NeighbourPredictor
from adapters.memory.room import MemoryRoom
from domain.errors import NoRoom, PredictorUnavailable, RepositoryUnavailable
from domain.people.schema import Schema
from domain.ports.loader import LoadedModel
from domain.ports.predictions import PredictionRepository
from domain.ports.room import Room
from entrypoints.http.app import create_app
from entrypoints.http.metrics import Metrics
from entrypoints.http.options import ApiOptions
from tests.support import in_process


async def test_ready_means_that_a_prediction_was_made_and_the_database_answered(api):
    answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.json()["model"]["version"]) == (200, "ready", 0)


async def test_without_a_model_predictions_are_unavailable_and_nothing_is_recorded(memory_container, memory_api, ann):
    model = await memory_container.get(LoadedModel)
    assert isinstance(model, NeighbourPredictor)
    model.failure = PredictorUnavailable("the model server does not answer", retry_after=2.5)
    for answer in (await memory_api.post("/predictions", json=ann), await memory_api.get("/health/ready")):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
        assert answer.json()["detail"] == "the model server does not answer"
    assert (await memory_api.get("/health/live")).status_code == 200
    assert (await memory_api.get("/health/serving")).status_code == 200
    assert (await memory_api.get("/predictions")).json()["predictions"] == []


async def test_without_room_for_records_the_service_is_not_ready_and_says_why(memory_container, memory_api):
    room = await memory_container.get(Room)
    assert isinstance(room, MemoryRoom)
    room.failure = NoRoom("the disk of the home is full: make room there", retry_after=10)
    answer = await memory_api.get("/health/ready")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["detail"] == "the disk of the home is full: make room there"
    room.failure = None
    assert (await memory_api.get("/health/ready")).status_code == 200


async def test_without_a_database_the_service_is_not_ready(memory_container, memory_api):
    predictions = await memory_container.get(PredictionRepository)
    assert isinstance(predictions, MemoryPredictions)
    predictions.failure = RepositoryUnavailable("no answer from PostgreSQL")
    assert (await memory_api.get("/health/ready")).status_code == 503
    assert (await memory_api.get("/health/serving")).json() == {"status": "serving"}


async def test_an_unforeseen_failure_says_nothing_internal(memory_container, memory_api, ann, capsys):
    model = await memory_container.get(LoadedModel)
    assert isinstance(model, NeighbourPredictor)
    model.failure = RuntimeError("secret")  # type: ignore[assignment]  # that is the point
    answer = await memory_api.post("/predictions", json=ann, headers={"X-Request-ID": "seven"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text
    logged = capsys.readouterr().out
    assert "secret" in logged
    assert "seven" in logged


@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/predictions?limit=0"])
async def test_every_answer_carries_the_callers_identifier(memory_api, path):
    answer = await memory_api.get(path, headers={"X-Request-ID": "abc-1"})
    assert answer.headers.get_list("x-request-id") == ["abc-1"]


@pytest.mark.parametrize("harmful", ["", "x" * 101, "a b", "<script>"])
async def test_an_identifier_that_could_do_harm_is_replaced(memory_api, harmful):
    given = (await memory_api.get("/health/live", headers={"X-Request-ID": harmful})).headers["x-request-id"]
    assert given != harmful
    assert len(given) == 36


async def test_metrics_count_by_route_and_by_model(memory_api, ann):
    await memory_api.post("/predictions", json=ann)
    await memory_api.post("/predictions/batch", json=[ann] * 2)
    await memory_api.get("/predictions/00000000-0000-7000-8000-000000000000")
    await memory_api.get("/who/knows")
    text = (await memory_api.get("/metrics")).text
    assert 'medcost_predictions_total{version="0"} 3.0' in text
    assert 'route="/api/v1/predictions/{id}",status="404"} 1.0' in text
    assert 'route="none",status="404"} 1.0' in text
    assert "knows" not in text


async def test_a_repeated_request_is_counted_as_answered_again(memory_api, ann):
    for _ in range(2):
        await memory_api.post("/predictions", json=ann, headers={"Idempotency-Key": "1"})
    text = (await memory_api.get("/metrics")).text
    assert "# HELP medcost_predictions_total Predictions answered, each repetition under an Idempotency-Key too" in text
    assert 'medcost_predictions_total{version="0"} 2.0' in text


async def test_a_client_that_hangs_up_during_its_upload_is_no_failure_of_ours(memory_container, capsys):
    sent = iter([{"type": "http.request", "body": b'{"age":', "more_body": True}, {"type": "http.disconnect"}])
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/predictions",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"80")],
        "query_string": b"",
        "state": {},
    }

    async def receive():
        return next(sent)

    async def send(message):
        pass

    app = create_app(memory_container, ApiOptions(lambda headers: None), await memory_container.get(Schema))
    await app(scope, receive, send)  # type: ignore[arg-type]  # what of ASGI is needed
    logged = capsys.readouterr().out
    assert "client_hung_up" in logged
    assert "error" not in logged


async def test_explanations_add_up_to_the_estimate(memory_api, ann):
    explanation = (await memory_api.post("/explanations", json=ann)).json()
    parts = explanation["contributions"]
    assert [part["fact"] for part in parts] == ["age", "sex", "bmi", "children", "smoker", "region"]
    assert "standard_error" not in explanation  # exact
    assert round(explanation["baseline"] + sum(part["usd"] for part in parts), 2) == explanation["expected"]


async def test_scenarios_are_estimated_and_not_recorded(api, ann):
    body = {"beneficiary": ann, "changes": [{"smoker": "yes"}, {}, {"bmi": 35, "age": 60}]}
    answer = await api.post("/scenarios", json=body)
    assert answer.status_code == 200
    document = answer.json()
    assert [scenario["beneficiary"] for scenario in document["scenarios"]] == [
        {**ann, "smoker": True},
        ann,
        {**ann, "bmi": 35, "age": 60},
    ]
    assert document["scenarios"][1] == document["base"]
    assert "associates" in document["note"]
    assert (await api.get("/predictions")).json()["predictions"] == []


async def test_a_grid_over_two_facts_gives_each_value_with_each(memory_api, ann):
    grid = {"smoker": [True, "no"], "bmi": [22, 30.5, 40]}
    crossed = (await memory_api.post("/scenarios", json={"beneficiary": ann, "grid": grid})).json()
    changes = [{"smoker": smoker, "bmi": bmi} for smoker in (True, False) for bmi in (22, 30.5, 40)]
    alone = (await memory_api.post("/scenarios", json={"beneficiary": ann, "changes": changes})).json()
    assert crossed == alone


@pytest.mark.parametrize(
    ("grid", "pointers"),
    [
        ({}, ["/grid"]),
        ([], ["/grid"]),
        ({"age": [40], "bmi": [30], "children": [1]}, ["/grid"]),
        ({"age": []}, ["/grid/age"]),
        ({"age": [40] * 33}, ["/grid/age"]),
        ({"age": 40, "hat": [1]}, ["/grid/hat", "/grid/age"]),
        ({"age": [40, 17, "x"], "bmi": [9]}, ["/grid/age/1", "/grid/age/2", "/grid/bmi/0"]),
    ],
)
async def test_every_wrong_place_of_a_grid_is_named(memory_api, ann, grid, pointers):
    answer = await memory_api.post("/scenarios", json={"beneficiary": ann, "grid": grid})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_changes_and_a_grid_together_are_refused(memory_api, ann):
    body = {"beneficiary": ann, "changes": [{}], "grid": {"age": [40]}}
    answer = await memory_api.post("/scenarios", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/grid"]


async def test_all_that_is_wrong_with_scenarios_is_named(memory_api, ann):
    body = {"beneficiary": {**ann, "age": 7}, "changes": [{"bmi": 9}, {"hat": 1}, 3, {"bmi": 30}]}
    answer = await memory_api.post("/scenarios", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/beneficiary/age",
        "/changes/0/bmi",
        "/changes/1/hat",
        "/changes/2",
    ]


@pytest.mark.parametrize("body", [{}, {"beneficiary": 3, "changes": []}, {"changes": [{}] * 101}])
async def test_scenarios_of_another_shape_are_refused(memory_api, body):
    assert (await memory_api.post("/scenarios", json=body)).status_code == 422


@pytest.mark.process
def test_the_api_process_stays_light():
    code = "import sys, entrypoints.http.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"sklearn", "mlflow", "pandas", "bentoml", "numpy", "optuna", "matplotlib", "scipy", "pyarrow", "skops"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in loaded)


async def test_metrics_tell_stages_errors_the_model_in_service_and_the_process(memory_container, ann):
    metrics = Metrics()
    metrics.grouped("record")(17, 3, 0.004)
    schema = await memory_container.get(Schema)
    app = create_app(memory_container, ApiOptions(lambda headers: None), schema, metrics=metrics)
    async with in_process.client_of(app) as api:
        await api.post("/predictions", json=ann)
        await api.post("/predictions", json={})
        await api.get("/nowhere")
        figures = (await api.get("/metrics")).text.splitlines()
    for line in (
        'medcost_stage_seconds_count{stage="decode"} 2.0',
        'medcost_stage_seconds_bucket{le="0.005",stage="record"} 1.0',
        'medcost_group_size_bucket{le="16.0",stage="record"} 0.0',
        'medcost_group_size_bucket{le="32.0",stage="record"} 1.0',
        'medcost_waiting{stage="record"} 3.0',
        'medcost_errors_total{kind="BadRequestFields"} 1.0',
        'medcost_errors_total{kind="NotFoundException"} 1.0',
        "medcost_model_version 0.0",
    ):
        assert line in figures
    assert any(line.startswith("process_open_fds ") for line in figures)
