"""Files that the Batch page gives out beside those of an upload: empty ones to fill in, and answers of jobs."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from application.costs.score_by_job import AskForScoring
from domain.access.callers import LOCAL, Caller
from domain.costs.scoring_task import FileKind, ScoringTask
from domain.ports.job_files import JobFiles
from domain.ports.jobs import Jobs
from entrypoints.dashboard.auth.guard import Guard
from entrypoints.dashboard.auth.visitor import Visitors
from entrypoints.dashboard.inject import injecting
from entrypoints.dashboard.options import DashboardOptions
from entrypoints.dashboard.pages.batch.files import add_job_routes
from entrypoints.dashboard.pages.batch.page import fetch_answers, write_template
from entrypoints.hosting.working import working
from tests.support.default_schema import DEFAULT
from tests.support.waiting import eventually

GOOD = b"age,sex,bmi,children,smoker,region\n40,f,27.5,1,no,NE\n"


@pytest.fixture
async def client(parts) -> AsyncIterator[httpx.AsyncClient]:
    app, inject, options = FastAPI(), injecting(parts.container), DashboardOptions(alone=True)
    visitors = Visitors(inject, Guard(inject, options), options)
    add_job_routes(app, visitors, inject(fetch_answers), inject(write_template))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as made:
        yield made


async def done(parts, caller: Caller) -> str:
    """Score a file for somebody, and give its job's identifier."""
    files, ask, jobs = [await parts.container.get(kind) for kind in (JobFiles, AskForScoring, Jobs)]
    upload = files.receive(FileKind.CSV)
    upload.write(GOOD)
    upload.finish()
    task = ScoringTask(folder=upload.folder, name="people of ann.csv", source=FileKind.CSV, result=FileKind.CSV)
    job = await ask(task, caller)

    async def has_ended():
        return (await jobs.get(job.id)).state.has_ended

    async with working(parts.container):
        await eventually(has_ended)
    return str(job.id)


async def test_an_empty_file_names_the_columns_of_the_schema(client):
    text = await client.get("/batch/template/people.csv")
    assert text.text.split() == [",".join(DEFAULT.names)]
    book = await client.get("/batch/template/people.xlsx")
    rows = load_workbook(io.BytesIO(book.content)).worksheets[0].iter_rows(values_only=True)
    assert [*rows] == [DEFAULT.names]
    assert (await client.get("/batch/template/people.exe")).status_code == 404


async def test_answers_of_ones_own_job_are_taken_away(client, parts):
    id = await done(parts, LOCAL)
    answer = await client.get(f"/batch/jobs/{id}/result")
    assert answer.status_code == 200
    assert answer.text.startswith("file_line,age,")
    assert "people%20of%20ann-costs.csv" in answer.headers["content-disposition"]
    assert (await client.get("/batch/jobs/01a22d1a-16ac-75c3-9d92-5c9a6b729072/result")).status_code == 404


async def test_answers_of_somebody_else_are_not_there(parts):
    id = await done(parts, Caller("page:somebody"))
    app, inject, options = FastAPI(), injecting(parts.container), DashboardOptions()
    visitors = Visitors(inject, Guard(inject, options), options)
    add_job_routes(app, visitors, inject(fetch_answers), inject(write_template))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as stranger:
        assert (await stranger.get(f"/batch/jobs/{id}/result")).status_code == 404
