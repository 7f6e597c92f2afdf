"""The figures of a span as a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import Depends, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from application.operations.review_operations import ReviewOperations
from domain.errors import Unavailable
from entrypoints.dashboard.pages.operations.span import SPANS, file_of

if TYPE_CHECKING:
    from entrypoints.dashboard.auth.guard import Guard
    from entrypoints.dashboard.inject import Inject

FIGURES: Final = "/operations/figures"


def add_route(app: FastAPI, inject: Inject, guard: Guard) -> None:
    """Register the route of the file: ``/operations/figures?span=week``; for the admin only."""
    review = inject(ReviewOperations)

    @app.get(FIGURES, dependencies=[Depends(guard.admin)])
    async def figures(request: Request) -> Response:
        span = request.query_params.get("span", "day")
        if span not in SPANS:
            return PlainTextResponse(f"There is no span {span!r}: choose one of {', '.join(SPANS)}.\n", 400)
        try:
            operations = await review(*SPANS[span])
        except Unavailable as away:
            wait = {"Retry-After": str(round(away.retry_after) or 1)}
            return PlainTextResponse("The figures cannot be read just now. Try again in a moment.\n", 503, wait)
        headers = {"Content-Disposition": f'attachment; filename="operations-{span}.csv"', "Cache-Control": "no-store"}
        return Response(file_of(operations), media_type="text/csv; charset=utf-8", headers=headers)
