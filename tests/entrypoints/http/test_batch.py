from __future__ import annotations

import json

import pytest

CSV = "age,sex,bmi,children,smoker,region\n40,female,27.5,1,no,northeast\n"


async def test_good_rows_are_predicted_beside_bad_ones(api, ann):
    rows = [ann, {**ann, "age": 7, "hat": 1}, {**ann, "age": 50}, "text"]
    answer = await api.post("/predictions/batch", json=rows)
    assert answer.status_code == 200
    assert [one["beneficiary"]["age"] for one in answer.json()["predictions"]] == [40, 50]
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


@pytest.mark.parametrize("kind", ["application/jsonl", "application/x-ndjson"])
async def test_json_lines_are_read_each_by_itself(memory_api, ann, kind):
    body = "\n".join([json.dumps(ann), "", "{oops", json.dumps({**ann, "bmi": None})]) + "\n"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": kind})
    assert len(answer.json()["predictions"]) == 1
    assert [(bad["row"], bad["pointer"], bad["code"]) for bad in answer.json()["errors"]] == [
        (2, "", "malformed"),
        (3, "/bmi", "type"),
    ]


@pytest.mark.parametrize("text", [CSV, CSV.replace("\n", "\r\n"), "\ufeff" + CSV, CSV.replace(",no,", ",false,")])
async def test_csv_is_read_as_spreadsheets_write_it(memory_api, ann, text):
    answer = await memory_api.post("/predictions/batch", content=text, headers={"Content-Type": "text/csv"})
    assert [one["beneficiary"] for one in answer.json()["predictions"]] == [ann]


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
        ("age,sex,bmi,children,smoker,region,hat", ["/hat"]),
        ("age,sex,bmi,children,smoker,region,age", ["/age"]),
        ("", ["/age", "/sex", "/bmi", "/children", "/smoker", "/region"]),
    ],
)
async def test_columns_that_are_not_the_six_facts_are_named_once(memory_api, header, pointers):
    answer = await memory_api.post("/predictions/batch", content=header, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, pointers)


async def test_csv_columns_may_stand_in_any_order(memory_api, ann):
    body = "region,smoker,children,bmi,sex,age\nnortheast,no,1,27.5,female,40\n"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "text/csv"})
    assert [one["beneficiary"] for one in answer.json()["predictions"]] == [ann]


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
    assert (answer.status_code, [one["code"] for one in answer.json()["errors"]]) == (422, ["range"])


async def test_a_header_of_countless_columns_gets_one_sentence(memory_api):
    answer = await memory_api.post("/predictions/batch", content=b"x," * 1_000, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, "1001 columns" in answer.json()["detail"]) == (400, True)


async def test_a_batch_may_be_larger_than_a_single_body(memory_api):
    body = b"[" + b" " * 100_000 + b"]"
    answer = await memory_api.post("/predictions/batch", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
