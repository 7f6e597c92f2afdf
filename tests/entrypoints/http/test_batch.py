from __future__ import annotations

import asyncio
import json

import pytest

from domain.costs.prediction import Idempotency
from domain.ports.predictions import PredictionRepository

CSV = "age,sex,bmi,children,smoker,region\n40,female,27.5,1,no,northeast\n"


async def test_good_rows_are_predicted_beside_bad_ones(api, ann):
    rows = [ann, {**ann, "age": 7, "hat": 1}, {**ann, "age": 50}, "text"]
    answer = await api.post("/predictions/batch", json=rows)
    assert answer.status_code == 200
    assert [prediction["beneficiary"]["age"] for prediction in answer.json()["predictions"]] == [40, 50]
    assert [(bad["row"], bad["pointer"], bad["code"]) for bad in answer.json()["errors"]] == [
        (2, "/hat", "unknown"),
        (2, "/age", "range"),
        (4, "", "type"),
    ]


async def test_a_batch_is_recorded(api, ann):
    made = (await api.post("/predictions/batch", json=[ann] * 20)).json()["predictions"]
    recorded = (await api.get("/predictions")).json()["predictions"]
    assert recorded == made[::-1]


async def test_a_row_gets_what_it_would_get_alone(api, ann):
    alone = (await api.post("/predictions", json=ann)).json()
    (row,) = (await api.post("/predictions/batch", json=[ann])).json()["predictions"]
    alone.pop("about")  # said once, in the envelope
    assert {**row, "id": 0, "created_at": 0} == {**alone, "id": 0, "created_at": 0}


async def test_an_empty_batch_gives_nothing(api):
    assert (await api.post("/predictions/batch", json=[])).json() == {"predictions": [], "errors": []}


@pytest.mark.parametrize("kind", ["application/jsonl", "application/x-ndjson", "text/jsonl"])
async def test_json_lines_are_read_each_by_itself(memory_api, ann, kind):
    body = "\n".join([json.dumps(ann), "", "{oops", json.dumps({**ann, "bmi": None})]) + "\n"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": kind})
    assert len(answer.json()["predictions"]) == 1
    assert [(bad["row"], bad["pointer"], bad["code"]) for bad in answer.json()["errors"]] == [
        (2, "", "malformed"),
        (3, "/bmi", "type"),
    ]


async def test_a_person_across_two_json_lines_is_no_person(memory_api, ann):
    person, (start, end) = json.dumps(ann), json.dumps(ann).split(", ", 1)
    answer = await memory_api.post(
        "/predictions/batch", content=f"{person},{start}\n{end}\n{person}", headers={"Content-Type": "text/jsonl"}
    )
    assert len(answer.json()["predictions"]) == 1
    assert [(bad["row"], bad["code"]) for bad in answer.json()["errors"]] == [(1, "malformed"), (2, "malformed")]


async def test_rows_between_bad_ones_keep_their_numbers(api, ann):
    rows = [{**ann, "age": 7 if row in (3, 299, 650) else 20 + row % 40} for row in range(700)]
    answer = (await api.post("/predictions/batch", json=rows)).json()
    assert [bad["row"] for bad in answer["errors"]] == [4, 300, 651]
    assert [prediction["beneficiary"]["age"] for prediction in answer["predictions"]] == [
        row["age"] for row in rows if row["age"] > 7
    ]
    recorded = (await api.get("/predictions?limit=500")).json()["predictions"]
    assert recorded == answer["predictions"][: -len(recorded) - 1 : -1]


@pytest.mark.parametrize("text", [CSV, CSV.replace("\n", "\r\n"), "\ufeff" + CSV, CSV.replace(",no,", ",false,")])
async def test_csv_is_read_as_spreadsheets_write_it(memory_api, ann, text):
    answer = await memory_api.post("/predictions/batch", content=text, headers={"Content-Type": "text/csv"})
    assert [prediction["beneficiary"] for prediction in answer.json()["predictions"]] == [ann]


async def test_bad_csv_rows_are_named(memory_api):
    body = CSV + "x,female,nan,1,no,northeast\n40,female\n40,female,30,1,no,moon\n"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "text/csv"})
    assert [(bad["row"], bad["pointer"]) for bad in answer.json()["errors"]] == [
        (2, "/age"),
        (2, "/bmi"),
        (3, ""),
        (4, "/region"),
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/json", b"[{"),
        ("application/json", b'[{"age":1,"age":2}]'),
        ("text/csv", b"age\n\xff"),
        ("text/csv", b""),
        ("text/csv", b"40,female,27.5,1,no,northeast\n41,male,30,0,yes,southwest\n"),
        ("text/csv", b"age,sex,bmi,children,smoker,region,age\n"),
        ("text/csv", b"PAR1 is no text"),
    ],
)
async def test_a_batch_that_cannot_be_read_is_refused(memory_api, kind, body):
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert (await memory_api.get("/predictions")).json()["predictions"] == []


@pytest.mark.parametrize(
    ("header", "pointers"),
    [
        ("age,sex,bmi,children,smoker", ["/region"]),
        ("hat,age", ["/sex", "/bmi", "/children", "/smoker", "/region"]),
        ("age,Age,sex,bmi,children,smoker,region", ["/age"]),
    ],
)
async def test_facts_without_a_column_or_with_two_are_named_once(memory_api, header, pointers):
    answer = await memory_api.post("/predictions/batch", content=header, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, pointers)


async def test_csv_columns_may_stand_in_any_order(memory_api, ann):
    body = "region,smoker,children,bmi,sex,age\nnortheast,no,1,27.5,female,40\n"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "text/csv"})
    assert [prediction["beneficiary"] for prediction in answer.json()["predictions"]] == [ann]


async def test_csv_is_read_as_everywhere_else(memory_api, ann):
    body = (
        "(extract of 2024);;;;;;\n;Edad;Gender;BMI;Hijos;Fuma;REGION\n0;40;F;27,5;1;nunca;North East\n;;;;;;\n"
        "1;40 ;woman;27.50;1.0;FALSE;ne\n2;40;x;27,5;1;0;NE\n3;40;f\n"
    )
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "text/csv"})
    document = answer.json()
    assert [prediction["beneficiary"] for prediction in document["predictions"]] == [ann, ann]
    assert [(bad["row"], bad["pointer"], bad["code"]) for bad in document["errors"]] == [
        (3, "/sex", "choice"),
        (4, "", "malformed"),
    ]
    assert document["errors"][1]["detail"] == "line 7: 3 fields, the header has 7"
    assert document["unused_columns"] == ["(no name)"]


async def test_a_name_given_twice_is_found_in_a_batch(memory_api, ann):
    twice = json.dumps(ann)[:-1] + ', "age": 41}'
    answer = await memory_api.post(
        "/predictions/batch", content=f"[{twice}]", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, "'age' twice" in answer.json()["detail"]) == (400, True)


async def test_a_batch_of_too_many_rows_is_refused(memory_container, client_of, ann):
    async with client_of(memory_container, batch_rows=3) as api:
        assert (await api.post("/predictions/batch", json=[ann] * 3)).status_code == 200
        assert (await api.post("/predictions/batch", json=[ann] * 4)).status_code == 422
        assert len((await api.get("/predictions")).json()["predictions"]) == 3


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"[" + b"1," * 4_000 + b'{"age":1,"age":1}]'),
        ("application/jsonl", b"1\n" * 4_000),
        ("text/csv", CSV.encode() + b"x,x\n" * 4_000 + b'"' + b"x" * 200_000 + b'"'),
    ],
)
async def test_what_comes_behind_too_many_rows_is_not_looked_at(memory_container, client_of, kind, body):
    async with client_of(memory_container, batch_rows=3) as api:
        answer = await api.post("/predictions/batch", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (422, ["range"])


async def test_a_header_of_countless_columns_gets_one_sentence(memory_api):
    answer = await memory_api.post(
        "/predictions/batch", content=",".join(f"x{i}" for i in range(1_001)), headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, "1001 columns" in answer.json()["detail"]) == (400, True)


async def test_a_batch_may_be_larger_than_a_single_body(memory_api):
    body = b"[" + b" " * 100_000 + b"]"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


async def test_other_requests_are_answered_while_a_batch_is_worked_on(memory_api):
    batch = asyncio.create_task(memory_api.post("/predictions/batch", json=[{"age": "x"}] * 2_000))
    answered = 0
    while not batch.done():
        await asyncio.sleep(0)  # without a socket, a request that waits for nothing gives nobody else a turn
        answered += (await memory_api.get("/health/live")).status_code == 200
    assert len((await batch).json()["errors"]) == 12_000
    assert answered > 3


async def test_of_countless_unknown_fields_of_a_row_some_are_named_and_the_others_counted(memory_api):
    rows = [{f"k{n}": 1 for n in range(30)}, {f"k{n}": 1 for n in range(1_000)}]
    errors = (await memory_api.post("/predictions/batch", json=rows)).json()["errors"]
    assert [error["code"] for error in errors] == ["missing"] * 6 + ["unknown"] * 6
    assert [error["detail"] for error in errors[-2:]] == [
        "26 more fields are not known",
        "has 1000 fields, and the facts are 6",
    ]


@pytest.mark.parametrize("kind", ["application/json", "application/jsonl", "text/csv"])
async def test_rows_come_out_in_their_order_whatever_is_between_them(memory_api, ann, kind):
    people = [{**ann, "age": age} if age % 7 else {**ann, "age": 7} for age in range(20, 90)]
    if kind == "application/json":
        body = json.dumps(people)
    elif kind == "application/jsonl":
        body = "\n".join(map(json.dumps, people))
    else:
        body = "\n".join([",".join(ann), *(",".join(map(str, person.values())) for person in people)])
    answer = (await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": kind})).json()
    good = [person["age"] for person in people if person["age"] != 7]
    assert [prediction["beneficiary"]["age"] for prediction in answer["predictions"]] == good
    assert [bad["row"] for bad in answer["errors"]] == [n for n, person in enumerate(people, 1) if person["age"] == 7]


async def test_the_same_batch_under_a_key_is_recorded_once(api, ann):
    once = {"Idempotency-Key": "a"}
    rows = [ann, {**ann, "age": 7}, {**ann, "age": 50}]
    first, again = [await api.post("/predictions/batch", json=rows, headers=once) for _ in range(2)]
    assert first.status_code == 200
    assert first.json() == again.json()
    assert len((await api.get("/predictions")).json()["predictions"]) == 2
    for path, other in (("/predictions/batch", [ann]), ("/predictions", ann)):
        reused = await api.post(path, json=other, headers=once)
        assert (reused.status_code, reused.json()["errors"][0]["code"]) == (422, "reused")
    assert (await api.post("/predictions/batch", json=[ann], headers={"Idempotency-Key": " "})).status_code == 400


async def test_while_a_batch_is_under_way_its_key_is_in_use(container, api, ann):
    predictions = await container.get(PredictionRepository)
    async with predictions.alone(Idempotency("a", "of whoever was first", "local")):
        refused = await api.post("/predictions/batch", json=[ann], headers={"Idempotency-Key": "a"})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:medcost:problem:conflict")
    assert (await api.post("/predictions/batch", json=[ann], headers={"Idempotency-Key": "a"})).status_code == 200


async def test_the_decimal_sign_of_a_csv_can_be_given(memory_api):
    body = "age;sex;bmi;children;smoker;region\n40;female;27,500;1;no;northeast\n"

    async def ask(query: str, kind: str = "text/csv", content: str = body):
        answer = await memory_api.post(
            f"/predictions/batch{query}", content=content, headers={"Content-Type": kind, "Idempotency-Key": "the-same"}
        )
        return answer.status_code, answer.json()

    status, made = await ask("?decimal=%2C")
    assert (status, made["predictions"][0]["beneficiary"]["bmi"]) == (200, 27.5)
    status, problem = await ask("?decimal=.")
    assert (status, "another body" in problem["detail"] or problem) == (422, True)
    status, problem = await ask("?decimal=%2C", "application/json", "[]")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/decimal")
    assert (await ask("?decimal=x"))[0] in (400, 422)
