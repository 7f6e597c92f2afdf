"""Routes of background jobs."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from dishka.integrations.litestar import FromDishka, inject
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from application.costs.score_by_job import AskForScoring
from application.operations.review_jobs import CancelJob, FetchAnswers, ReviewJobs
from domain.ports.job_files import JobFiles
from entrypoints.http.amounts import Above, asked_amount
from entrypoints.http.auth import access
from entrypoints.http.codecs import files
from entrypoints.http.idempotency import idempotency
from entrypoints.http.locations import next_page
from entrypoints.http.paging import Cursor, Limit
from entrypoints.http.schemas.jobs import JobOut, JobsOut, Kind, accepted, shaped
from entrypoints.http.shared import Shared

TAGS: Final = ["jobs"]


@post(
    "/jobs",
    operation_id="score_file",
    tags=TAGS,
    summary="Score a file of people in the background",
    status_code=202,
)
@inject
async def score_file(
    request: Request,
    *,
    shared: NamedDependency[Shared],
    ask: FromDishka[AskForScoring],
    job_files: FromDishka[JobFiles],
    name: Annotated[
        str, QueryParameter(max_length=200, description="Name of the file; its ending may say its kind")
    ] = "",
    format: Annotated[Kind | None, QueryParameter(description="Kind of the result; by default the file's own")] = None,  # noqa: A002  # the parameter's name
    map: Annotated[  # noqa: A002  # the parameter's name
        list[str] | None,
        QueryParameter(description="`COLUMN=FACT`, or `COLUMN:VALUE=CHOICE` for words of a column; may come often"),
    ] = None,
    decimal: Annotated[
        Literal[".", ","] | None, QueryParameter(description="The decimal sign of text; by default, its cells say it")
    ] = None,
    sheet: Annotated[str, QueryParameter(max_length=200, description="Of a workbook; by default the first")] = "",
    above: Above = None,
) -> Response[JobOut]:
    """Create a job from a file of up to 1 GB: CSV, Excel (.xlsx), Parquet or JSON Lines, by `Content-Type` or `name`.

    Poll the job at its `Location` until it has ended, then download the `result`. It contains the rows of the file in
    their order, each with its line number and its prediction or error. No predictions are recorded. File and result
    are stored for some days after the end, or until they are erased by DELETE.

    With an `Idempotency-Key`, a repeated request with the same file and query returns the same job.

    409 while eight of your files are in progress; 503 if there is no room for the file and its result.
    """
    caller = access.caller(request)
    amount = asked_amount(above)
    source = files.kind_of(request, name)
    options = files.FileOptions(
        name or f"people.{source}", source, format, tuple(map or ()), decimal or "", sheet, amount
    )
    task = options.task(shared.schema)
    digest = hashlib.sha256() if (announced := idempotency(request, b"")) else None
    await ask.require_turn(caller, once=announced)
    most, on_piece = shared.options.file_limit, digest.update if digest else None
    async with files.received(request, job_files, source, most=most, on_piece=on_piece) as upload:
        once = idempotency(request, options.as_json() + digest.digest(), operation="score_file") if digest else None
        job = await ask(task(upload.folder), caller, once=once)
    return accepted(request, job)


@get("/jobs", operation_id="list_jobs", tags=TAGS, summary="List jobs, newest first")
@inject
async def list_jobs(
    request: Request,
    review: FromDishka[ReviewJobs],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[JobsOut]:
    """List jobs, newest first: follow `next` until it is null. Clients see their own jobs; reviewers and admins all."""
    jobs = await review.newest(access.caller(request), limit, before=cursor)
    following = jobs[-1].id if len(jobs) == limit else None
    headers = next_page(request, "/jobs", {"limit": limit, "cursor": following}) if following else {}
    return Response(JobsOut([shaped(request, job) for job in jobs], following), headers=headers)


@get("/jobs/{id:uuid}", operation_id="get_job", tags=TAGS, summary="Get a job, its progress and its result")
@inject
async def get_job(request: Request, id: FromPath[UUID], review: FromDishka[ReviewJobs]) -> JobOut:
    """Poll while the job is `waiting` or `running`; it ends as `done`, `failed` with a `problem`, or `cancelled`.

    Clients see their own jobs; reviewers and admins see all.
    """
    return shaped(request, await review(id, access.caller(request)))


@get(
    "/jobs/{id:uuid}/result",
    operation_id="get_job_result",
    tags=TAGS,
    summary="Download the rows of a file with their answers",
)
@inject
async def get_job_result(request: Request, id: FromPath[UUID], fetch: FromDishka[FetchAnswers]) -> Response[bytes]:
    """Download the result in the requested `format`; 404 until the job is done, and after its files were erased.

    An interrupted download continues with `Range: bytes=…-`. Each row has `file_line` as its first column and
    `left_out` as its last, which names the error of a row without a prediction.
    """
    task, size = await fetch.size(id, access.caller(request))
    part = files.part(request, id, size)
    headers = {**part.headers, "Content-Disposition": task.disposition, "Cache-Control": "private, no-cache"}
    if part.end <= part.start:
        nothing: Any = None
        return Response(nothing, status_code=part.status, headers=headers)
    pieces = await fetch.read(task, part.start, part.end)
    return files.streamed(pieces, task.result, part.status, headers)


@delete(
    "/jobs/{id:uuid}",
    operation_id="cancel_job",
    tags=TAGS,
    summary="Cancel the scoring of a file, and erase its files",
    status_code=200,
)
@inject
async def cancel_job(request: Request, id: FromPath[UUID], cancel: FromDishka[CancelJob]) -> JobOut:
    """Stop a running job within seconds, and erase its file and result, also if it has ended.

    A change of the champion cannot be cancelled: 409. Allowed for the job's owner and admins.
    """
    return shaped(request, await cancel(id, access.caller(request)))


FILE_HANDLERS: Final = (score_file,)
HANDLERS: Final = (list_jobs, get_job, get_job_result, cancel_job)
