"""How a file of people comes in, and how its answers are taken away: as streams, never whole in memory."""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, TYPE_CHECKING, Final

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from domain.access.addresses import subscriber
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.pages.batch.desk import KEPT, MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from entrypoints.dashboard.pages.batch.desk import Desk, Place

    Write = Callable[[str, Place], Awaitable[Iterator[bytes]]]

COOKIE: Final = "medcost_batch"
_KINDS: Final = {
    "costs.csv": ("csv", "text/csv; charset=utf-8"),
    "costs.parquet": ("parquet", "application/vnd.apache.parquet"),
    "left-out.csv": ("report", "text/csv; charset=utf-8"),
}


def address(place: Place, file: str) -> str:
    """Give the address of one of a place's files: ``people`` comes in, `_KINDS` go out."""
    return at(f"/batch/{place.token}/{file}")


def add_routes(app: FastAPI, desk: Desk, write: Write, *, https: bool) -> None:
    """Tell the application where files come in and go out. Whoever knows a place's token may use it."""

    def found(token: str) -> Place:
        place = desk.find(token)
        if place is None:
            raise HTTPException(404, "This file is no longer here: open the page again.\n")
        return place

    @app.put("/batch/{token}/people")
    async def take(token: str, request: Request) -> Response:
        place = found(token)
        if not desk.admit(place, subscriber(request.client.host) if request.client else ""):
            raise HTTPException(503, "Too many files are being worked on.\n", {"Retry-After": "60"})
        try:
            async with asyncio.timeout(None) as place.coming:
                file = await _received(request)
        except TimeoutError:
            raise HTTPException(503, "This file gave way to others.\n", {"Retry-After": "60"}) from None
        except BaseException:
            desk.release(place)
            raise
        finally:
            place.coming = None
        await place.take(request.query_params.get("name", "")[:200], file)
        answer = Response(status_code=204)
        secure = https or request.url.scheme == "https"
        answer.set_cookie(
            COOKIE,
            token,
            max_age=int(KEPT),
            httponly=True,
            samesite="strict",
            secure=secure,
            path=at("/batch", request),
        )
        return answer

    @app.get("/batch/{token}/{file}")
    async def give(token: str, file: str) -> Response:
        place = found(token)
        if file not in _KINDS or place.scored is None or place.stage != "done":
            raise HTTPException(404, "There is no such file.\n")
        place.act()
        kind, media_type = _KINDS[file]
        # a plain iterator: Starlette takes each piece in a thread
        return StreamingResponse(
            await write(kind, place),
            media_type=media_type,
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
