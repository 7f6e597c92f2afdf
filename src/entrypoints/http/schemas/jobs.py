"""The shapes of slow changes: why they are asked for, and the job that makes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response
from msgspec import UNSET, Meta, UnsetType

from entrypoints.http.errors import problem_of
from entrypoints.http.locations import place
from entrypoints.http.schemas.cards import EntryOut
from entrypoints.http.schemas.problems import Problem

if TYPE_CHECKING:
    from domain.operations.jobs import Job


REASON: Final = r"^[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$"
LONGEST_REASON: Final = 500
Reason = Annotated[
    str,
    Meta(
        pattern=REASON,
        max_length=LONGEST_REASON,
        description="Begins with what can be seen, and holds no control characters",
    ),
]


class ReasonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the champion is changed; stands in the ledger."""

    reason: Reason | UnsetType = UNSET


class JobOut(msgspec.Struct, frozen=True):
    """A slow change that is made in the background; it outlives the process that took it."""

    id: UUID
    kind: Literal["promotion", "rollback"]
    state: Literal["waiting", "running", "done", "failed"]
    progress: Annotated[float, Meta(ge=0, le=1)] | None
    owner: Annotated[str, Meta(description="Who asked for it: `key:<id>` or `local`")]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    result: Annotated[EntryOut | None, Meta(description="The entry of the ledger, once the job is done")]
    problem: Annotated[Problem | None, Meta(description="Why the job failed, if it has")]

    @classmethod
    def of(cls, job: Job, *, path: str) -> JobOut:
        """Shape a job that is found at a path."""
        return cls(
            id=job.id,
            kind=job.kind.value,
            state=job.state.value,
            progress=job.progress,
            owner=job.owner,
            created_at=job.created_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            result=msgspec.convert(job.result, EntryOut, strict=False) if job.result else None,
            problem=problem_of(job.problem.error, job.problem.detail, path=path) if job.problem else None,
        )


def accepted(request: Request, job: Job) -> Response[JobOut]:
    """Answer 202: a job is recorded, and where to ask for it."""
    path = place(request, f"/jobs/{job.id}")
    return Response(JobOut.of(job, path=path), status_code=202, headers={"Location": path})
