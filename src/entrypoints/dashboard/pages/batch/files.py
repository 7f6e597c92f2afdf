"""How a file of people comes in, and how its answers are taken away: as streams, never whole in memory."""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, TYPE_CHECKING, Final
from uuid import UUID

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from domain.access.addresses import subscriber
from domain.costs.scoring_task import FileKind
from domain.errors import NotFound
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.pages.batch.template import TEMPLATES
from entrypoints.dashboard.pages.batch.uploads import KEEP_SECONDS, MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from application.operations.review_jobs import FetchAnswers
    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.pages.batch.uploads import Upload, Uploads

    Write = Callable[[str, Upload], Awaitable[Iterator[bytes]]]
    WriteTemplate = Callable[[str], Awaitable[Iterator[bytes]]]
    Fetch = Callable[[], Awaitable[FetchAnswers]]

COOKIE: Final = "medcost_batch"
_KINDS: Final = {"costs.csv": "csv", "costs.xlsx": "xlsx", "costs.parquet": "parquet", "left-out.csv": "report"}
"""Files that go out, and what is written into each."""


def address(upload: Upload, file: str) -> str:
    """Return the address of one of an upload's files: ``people`` comes in, `_KINDS` go out."""
    return at(f"/batch/{upload.token}/{file}")


def add_job_routes(app: FastAPI, visitors: Visitors, fetch: Fetch, template: WriteTemplate) -> None:
    """Register the routes of files to fill in, and of the answers of a visitor's own jobs."""

    @app.get("/batch/template/{file}")
    async def give_template(file: str) -> Response:
        if file not in TEMPLATES:
            raise HTTPException(404, "There is no such file.\n")
        kind = TEMPLATES[file]
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return StreamingResponse(await template(kind), media_type=kind.media_type, headers=headers)

    @app.get("/batch/jobs/{id}/result")
    async def give_answers(id: UUID, request: Request) -> Response:
        answers = await fetch()
        try:
            task, size = await answers.size(id, visitors.own(request))
            pieces = await answers.read(task, 0, size)
        except NotFound:
            raise HTTPException(404, "There are no answers: the job was erased, or is not yours.\n") from None
        headers = {
            "Content-Disposition": task.disposition,
            "Content-Length": str(size),
            "Cache-Control": "no-store",
        }
        return StreamingResponse(pieces, media_type=task.result.media_type, headers=headers)


def add_routes(app: FastAPI, uploads: Uploads, write: Write, *, https: bool) -> None:
    """Register the routes by which files come in and go out. Whoever knows an upload's token may use it."""

    def find_upload(token: str) -> Upload:
        upload = uploads.find(token)
        if upload is None:
            raise HTTPException(404, "This file is no longer here: open the page again.\n")
        return upload

    @app.put("/batch/{token}/people")
    async def take(token: str, request: Request) -> Response:
        upload = find_upload(token)
        if not uploads.admit(upload, subscriber(request.client.host) if request.client else ""):
            raise HTTPException(503, "Too many files are being worked on.\n", {"Retry-After": "60"})
        try:
            async with asyncio.timeout(None) as upload.coming:
                file = await _received(request)
        except TimeoutError:
            raise HTTPException(503, "This file gave way to others.\n", {"Retry-After": "60"}) from None
        except BaseException:
            uploads.release(upload)
            raise
        finally:
            upload.coming = None
        await upload.take(request.query_params.get("name", "")[:200], file)
        answer = Response(status_code=204)
        secure = https or request.url.scheme == "https"
        answer.set_cookie(
            COOKIE,
            token,
            max_age=int(KEEP_SECONDS),
            httponly=True,
            samesite="strict",
            secure=secure,
            path=at("/batch", request),
        )
        return answer

    @app.get("/batch/{token}/{file}")
    async def give(token: str, file: str) -> Response:
        upload = find_upload(token)
        if file not in _KINDS or upload.scored is None or upload.stage != "done":
            raise HTTPException(404, "There is no such file.\n")
        upload.act()
        # a plain iterator: Starlette takes each piece in a thread
        return StreamingResponse(
            await write(_KINDS[file], upload),
            media_type=FileKind(file.rpartition(".")[2]).media_type,
            headers={"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"},
        )


async def _received(request: Request) -> IO[bytes]:
    """Write what comes into a file without a name: it vanishes when it is closed, even if this process is killed.

    Raises:
        HTTPException: 413 as soon as more comes than is allowed.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the table closes it
    try:
        async for chunk in request.stream():
            file.write(chunk)
            _refuse_larger(file.tell())
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


def _refuse_larger(size: int) -> None:
    if size > MOST_BYTES:
        raise HTTPException(413, f"A file may have {MOST_BYTES // 1024**2} MB.\n")
