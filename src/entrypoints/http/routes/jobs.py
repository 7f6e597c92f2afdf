"""Routes about slow changes that are made in the background."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, get
from litestar.params import FromPath

from application.models.change_by_job import ReviewJobs
from entrypoints.http.auth import access
from entrypoints.http.locations import place
from entrypoints.http.schemas.jobs import JobOut

TAGS: Final = ["jobs"]


@get("/jobs/{id:uuid}", operation_id="get_job", tags=TAGS, summary="How far a job is, and what came of it")
@inject
async def get_job(request: Request, id: FromPath[UUID], review: FromDishka[ReviewJobs]) -> JobOut:
    """Ask again while it is `waiting` or `running`; then it is `done`, with a `result`, or `failed`, with a `problem`.

    Clients see their own jobs; reviewers and admins see all.
    """
    return JobOut.of(await review(id, access.caller(request)), path=place(request, f"/jobs/{id}"))


HANDLERS: Final = (get_job,)
