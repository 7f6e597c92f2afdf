"""Files of people that are sent over HTTP and scored in the background."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from application.costs.score_by_job import MOST_EACH
from domain.access.keys import Role
from domain.errors import PredictorUnavailable
from domain.people.people_table import ANSWERS, LEFT_OUT, LINE
from domain.ports.job_files import JobFiles
from domain.ports.keys import ApiKeys
from domain.ports.predictor import Predictor
from tests.support.waiting import eventually

COLUMNS = ("name", "age", "sex", "bmi", "children", "smoker", "region")
ROWS = [
    ("ann", 40, "female", 27.5, 1, "no", "northeast"),
    ("bob", 7, "male", 31, 0, "yes", "northwest"),
    ("cyd", 50, "male", 22, 0, "yes", "sw"),
]
TEXT = {"Content-Type": "text/csv"}


def as_csv(rows=ROWS, columns=COLUMNS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()


def as_xlsx() -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in (COLUMNS, *ROWS):
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


def as_parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in ROWS]), file)
    return file.getvalue()


def as_lines() -> bytes:
    return "\n".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in ROWS).encode()


READ = {
    "csv": lambda body: list(csv.DictReader(io.StringIO(body.decode()))),
    "jsonl": lambda body: [json.loads(line) for line in body.splitlines()],
    "parquet": lambda body: pq.read_table(io.BytesIO(body)).to_pylist(),
    "xlsx": lambda body: sheet(load_workbook(io.BytesIO(body)).active),
}


def sheet(active):
    names, *rows = active.iter_rows(values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


async def ended(api, answer, **sent):
    """Wait for the end of the job that an answer names, and give it."""
    assert answer.status_code == 202, answer.text
    place = f"http://127.0.0.1{answer.headers['location']}"
    jobs = []

    async def has_ended():
        jobs.append((await api.get(place, **sent)).json())
        return jobs[-1]["state"] not in ("waiting", "running")

    await eventually(has_ended)
    return jobs[-1]


async def fetched(api, job, **sent):
    return await api.get(f"http://127.0.0.1{job['scoring']['result']}", **sent)


@pytest.mark.parametrize(
    ("sent", "query", "headers", "given"),
    [
        (as_csv(), "", TEXT, "csv"),
        (as_csv(), "name=people.CSV&format=jsonl", {"Content-Type": "application/octet-stream"}, "jsonl"),
        (as_lines(), "format=xlsx", {"Content-Type": "application/x-ndjson"}, "xlsx"),
        (as_parquet(), "", {"Content-Type": "application/vnd.apache.parquet"}, "parquet"),
        (as_xlsx(), "name=people.xlsx", {}, "xlsx"),
        (as_xlsx(), "name=people.xlsx&format=parquet", {}, "parquet"),
    ],
)
async def test_each_row_comes_back_in_its_place_with_its_answer_or_what_is_wrong(
    memory_api, sent, query, headers, given
):
    job = await ended(memory_api, await memory_api.post(f"/jobs?{query}", content=sent, headers=headers))
    assert (job["state"], job["progress"], job["problem"]) == ("done", 1.0, None)
    about = job["scoring"]
    assert (about["rows"], about["rows_expected"], about["bad"], about["format"]) == (3, 3, 1, given)
    assert about["unknown_columns"] == ["name"]
    answer = await fetched(memory_api, job)
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="costs.{given}"')
    rows = READ[given](answer.content)
    assert [row["name"] for row in rows] == ["ann", "bob", "cyd"]
    first = 1 if headers.get("Content-Type") == "application/x-ndjson" else 2  # JSON Lines have no header
    assert [int(row[LINE]) for row in rows] == [first, first + 1, first + 2]
    assert next(iter(rows[0])) == LINE
    assert [*rows[0]][-len(ANSWERS) - 1 :] == [*ANSWERS, LEFT_OUT]
    assert [bool(row[LEFT_OUT]) for row in rows] == [False, True, False]
    assert rows[1][LEFT_OUT].endswith("found 7")
    assert [row["expected"] not in (None, "") for row in rows] == [True, False, True]


async def test_answers_are_those_of_the_other_routes(memory_api, ann):
    (alone,) = (await memory_api.post("/predictions/batch", json=[ann])).json()["predictions"]
    job = await ended(
        memory_api, await memory_api.post("/jobs?above=9000&format=jsonl", content=as_csv(), headers=TEXT)
    )
    row = READ["jsonl"]((await fetched(memory_api, job)).content)[0]
    assert (row["expected"], row["typical"], row["low"], row["high"]) == (
        alone["expected"], alone["typical"], alone["interval"]["low"], alone["interval"]["high"],
    )  # fmt: skip
    assert 0 <= row["chance_above"] <= 1
    assert (await memory_api.get("/predictions")).json()["predictions"][0]["id"] == alone["id"]  # no other is recorded


async def test_columns_and_words_of_other_names_are_mapped(memory_api):
    sent = as_csv([("40", "0", "27,5", 1, "no", "ne")], ("edad", "sex", "bmi", "children", "smoker", "region"))
    query = "map=edad=age&map=sex:0=female&decimal=,&format=jsonl"
    job = await ended(memory_api, await memory_api.post(f"/jobs?{query}", content=sent, headers=TEXT))
    assert (job["state"], job["scoring"]["bad"]) == ("done", 0)


async def test_what_cannot_be_meant_is_refused_before_the_file_comes(memory_api):
    for query in ("map=edad", "map=edad=old", "above=-1", "format=pdf", "sheet=2026"):
        refused = await memory_api.post(f"/jobs?{query}", content=as_csv(), headers=TEXT)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{query.partition('=')[0]}")
    assert (await memory_api.post("/jobs?decimal=,&name=a.jsonl", content=b"{}")).status_code == 422
    for headers in ({"Content-Type": "text/html"}, {}, {**TEXT, "Content-Encoding": "gzip"}):
        assert (await memory_api.post("/jobs", content=as_csv(), headers=headers)).status_code == 415
    assert (await memory_api.post("/jobs", content=b"", headers=TEXT)).status_code == 400
    assert (await memory_api.get("/jobs")).json() == {"jobs": [], "next": None}


async def test_a_file_that_cannot_be_read_fails_its_job_with_the_reason(memory_api):
    job = await ended(memory_api, await memory_api.post("/jobs?name=may.csv", content=b"a,b\n1,2\n", headers=TEXT))
    assert (job["state"], job["problem"]["status"]) == ("failed", 422)
    assert job["problem"]["detail"].startswith("may.csv, column age: the column is not there")
    assert job["scoring"]["result"] is None
    wrong = await memory_api.post("/jobs?map=nowhere=age", content=as_csv(), headers=TEXT)
    assert (await ended(memory_api, wrong))["problem"]["status"] == 422


async def test_a_larger_file_than_allowed_is_refused_and_leaves_nothing(memory_container, client_of):
    files = await memory_container.get(JobFiles)

    async def pieces():
        yield as_csv() * 100

    async with client_of(memory_container, file_limit=1_000) as api:
        for body in (as_csv() * 100, pieces()):
            assert (await api.post("/jobs", content=body, headers=TEXT)).status_code == 413
    assert not [path for path in files._root.iterdir() if path.name != "place"]


async def test_a_part_of_a_result_is_fetched_and_a_copy_is_not_sent_again(memory_api):
    job = await ended(memory_api, await memory_api.post("/jobs", content=as_csv(), headers=TEXT))
    whole = await fetched(memory_api, job)
    tag, size = whole.headers["etag"], len(whole.content)
    for requested, start, end in (("5-9", 5, 10), ("5-", 5, size), ("-7", size - 7, size), ("0-99999", 0, size)):
        part = await fetched(memory_api, job, headers={"Range": f"bytes={requested}"})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    behind = await fetched(memory_api, job, headers={"Range": f"bytes={size}-"})
    assert (behind.json()["status"], behind.headers["content-range"]) == (416, f"bytes */{size}")
    for ignored in ("rows=1-2", "bytes=5-2", "bytes=1-2,4-5", "bytes=-", f"bytes={'9' * 5000}-"):
        assert (await fetched(memory_api, job, headers={"Range": ignored})).content == whole.content
    changed = {"Range": "bytes=5-9", "If-Range": '"another"'}
    assert (await fetched(memory_api, job, headers=changed)).content == whole.content
    assert (await fetched(memory_api, job, headers={"If-None-Match": tag})).status_code == 304


async def test_a_job_that_is_deleted_has_no_files_any_more(memory_api):
    job = await ended(memory_api, await memory_api.post("/jobs", content=as_csv(), headers=TEXT))
    place = f"/jobs/{job['id']}"
    erased = (await memory_api.delete(place)).json()
    assert (erased["state"], erased["scoring"]["result"]) == ("done", None)
    assert erased["scoring"]["erased_at"]
    assert (await memory_api.get(f"{place}/result")).status_code == 404
    assert (await memory_api.delete(place)).json() == erased


async def test_a_job_that_runs_is_cancelled(memory_container, client_of):
    model = await memory_container.get(Predictor)
    model.failure = PredictorUnavailable("away", retry_after=0.01)  # the job waits for the model
    async with client_of(memory_container) as api:
        answer = await api.post("/jobs", content=as_csv(), headers=TEXT)
        place = f"http://127.0.0.1{answer.headers['location']}"

        async def runs():
            return (await api.get(place)).json()["state"] == "running"

        await eventually(runs)
        assert (await api.get(f"{place}/result")).status_code == 404
        assert (await api.delete(place)).json()["state"] == "cancelled"
        model.failure = None
        after = await ended(api, await api.post("/jobs", content=as_csv(), headers=TEXT))
        assert after["state"] == "done"  # the worker let go of the cancelled one
        assert (await api.get(place)).json()["state"] == "cancelled"


async def test_clients_see_their_own_jobs_reviewers_all_and_admins_cancel_all(memory_container, client_of):
    keys = await memory_container.get(ApiKeys)
    roles = ("client", "client", "reviewer", "admin")
    ann, bob, reviewer, admin = [
        {"Authorization": f"Bearer {(await keys.create(f'{role}{n}', Role(role)))[1]}"} for n, role in enumerate(roles)
    ]
    async with client_of(memory_container, require_keys=True) as api:
        assert (await api.post("/jobs", content=as_csv(), headers=TEXT)).status_code == 401
        job = await ended(api, await api.post("/jobs", content=as_csv(), headers={**TEXT, **ann}), headers=ann)
        place = f"/jobs/{job['id']}"
        for path in (place, f"{place}/result"):
            statuses = [(await api.get(path, headers=who)).status_code for who in (ann, bob, reviewer, admin)]
            assert statuses == [200, 404, 200, 200]
        lists = [(await api.get("/jobs", headers=who)).json()["jobs"] for who in (ann, bob, reviewer, admin)]
        assert [len(jobs) for jobs in lists] == [1, 0, 1, 1]
        assert [(await api.delete(place, headers=who)).status_code for who in (bob, reviewer, admin)] == [404, 403, 200]


async def test_jobs_are_listed_in_pages(memory_api):
    made = [
        (await ended(memory_api, await memory_api.post("/jobs", content=as_csv(), headers=TEXT)))["id"]
        for _ in range(3)
    ]
    first = await memory_api.get("/jobs?limit=2")
    rest = (await memory_api.get(f"/jobs?limit=2&cursor={first.json()['next']}")).json()
    assert [job["id"] for page in (first.json(), rest) for job in page["jobs"]] == made[::-1]
    assert first.headers["link"].endswith('rel="next"')
    assert rest["next"] is None


async def test_one_caller_has_a_few_files_under_way(memory_container, client_of):
    model = await memory_container.get(Predictor)
    model.failure = PredictorUnavailable("away", retry_after=0.01)
    async with client_of(memory_container) as api:
        answers = [await api.post("/jobs", content=as_csv(), headers=TEXT) for _ in range(MOST_EACH)]
        assert {answer.status_code for answer in answers} == {202}
        refused = await api.post("/jobs", content=as_csv(), headers=TEXT)
        assert refused.status_code == 409
        assert f"{MOST_EACH} of your files" in refused.json()["detail"]
        await api.delete(f"http://127.0.0.1{answers[-1].headers['location']}")
        assert (await api.post("/jobs", content=as_csv(), headers=TEXT)).status_code == 202


async def test_one_idempotency_key_is_one_job_whose_file_is_kept_once(memory_container, client_of):
    files = await memory_container.get(JobFiles)
    once = {**TEXT, "Idempotency-Key": "file-1"}
    async with client_of(memory_container) as api:
        first = await api.post("/jobs?format=jsonl", content=as_csv(), headers=once)
        await ended(api, first)
        again = await api.post("/jobs?format=jsonl", content=as_csv(), headers=once)
        assert (again.status_code, again.json()["id"], again.json()["state"]) == (202, first.json()["id"], "done")
        assert again.headers["location"] == first.headers["location"]
        for query, body in (("format=jsonl", as_csv() + b"\n"), ("format=xlsx", as_csv()), ("", as_csv())):
            refused = await api.post(f"/jobs?{query}", content=body, headers=once)
            assert (refused.status_code, refused.json()["type"]) == (422, "urn:medcost:problem:reused-key")
        taken = await api.post("/webhooks", json={"url": "https://a.example/", "events": ["job.done"]}, headers={
            "Idempotency-Key": "file-1"
        })  # fmt: skip
        assert taken.status_code == 422
        assert (
            await api.post("/jobs", content=as_csv(), headers={**TEXT, "Idempotency-Key": "a b"})
        ).status_code == 400
        assert len((await api.get("/jobs")).json()["jobs"]) == 1
    assert len([path for path in files._root.iterdir() if path.name != "place"]) == 1


async def test_a_repeated_file_is_answered_while_the_most_are_under_way(memory_container, client_of):
    model = await memory_container.get(Predictor)
    model.failure = PredictorUnavailable("away", retry_after=0.01)
    once = {**TEXT, "Idempotency-Key": "file-1"}
    async with client_of(memory_container) as api:
        first = await api.post("/jobs", content=as_csv(), headers=once)
        for _ in range(MOST_EACH - 1):
            await api.post("/jobs", content=as_csv(), headers=TEXT)
        again = await api.post("/jobs", content=as_csv(), headers=once)
        assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
        other = await api.post("/jobs", content=as_csv(), headers={**TEXT, "Idempotency-Key": "file-2"})
        assert other.status_code == 409


async def test_a_change_of_the_champion_is_not_cancelled(memory_api):
    job = (await memory_api.post("/models/rollback")).json()
    assert (await memory_api.delete(f"/jobs/{job['id']}")).status_code == 409
    assert (await memory_api.get(f"/jobs/{job['id']}/result")).status_code == 404
