"""Schemas of jobs: the reason for a change, the scoring of a file, and the progress of a job."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response
from msgspec import UNSET, Meta, UnsetType

from domain.costs.scoring_task import ScoringTask
from domain.operations.jobs import JobKind, JobState
from entrypoints.http.errors import problem_of
from entrypoints.http.locations import place
from entrypoints.http.schemas.cards import EntryOut
from entrypoints.http.schemas.common import ModelOut
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
Kind = Literal["csv", "xlsx", "parquet", "jsonl"]
Rows = Annotated[int, Meta(ge=0)]


class ReasonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason for a change of the champion, recorded in the ledger."""

    reason: Reason | UnsetType = UNSET


class ScoringOut(msgspec.Struct, frozen=True):
    """The scoring of a file of people in the background: its progress and result."""

    name: Annotated[str, Meta(description="Of the file, as it was sent")]
    source: Annotated[Kind, Meta(description="What kind of file it is")]
    format: Annotated[Kind, Meta(description="What kind of file the result is")]
    rows: Annotated[Rows, Meta(description="Rows that are done")]
    rows_expected: Annotated[
        Rows | None,
        Meta(description="About how many rows the file has, by its size; exact once the job is done"),
    ]
    bad: Annotated[Rows, Meta(description="Rows among those done that have no answer; the result says why")]
    unknown_columns: Annotated[
        list[str] | None, Meta(description="Columns that are passed through and not used, once the job is done")
    ]
    model: Annotated[ModelOut | None, Meta(description="Which model answered, once the job is done")]
    result: Annotated[str | None, Meta(description="Address of the file of answers, while there is one")]
    erased_at: Annotated[datetime | None, Meta(description="When the file and its answers were erased")]

    @classmethod
    def of(cls, job: Job, *, path: str) -> ScoringOut:
        """Convert the scoring of a file."""
        task, done = ScoringTask.of_json(job.task), job.result
        rows, share = job.progress.rows, job.progress.share or 0.0
        outcome: Any = done or {}
        return cls(
            name=task.name,
            source=task.source.value,
            format=task.result.value,
            rows=rows,
            rows_expected=rows if done else round(rows / share) if share else None,
            bad=job.progress.bad,
            unknown_columns=outcome.get("unknown_columns"),
            model=ModelOut(**outcome["model"]) if outcome else None,
            result=f"{path}/result" if job.state is JobState.DONE and job.erased_at is None else None,
            erased_at=job.erased_at,
        )


class JobOut(msgspec.Struct, frozen=True):
    """A background job, which is resumed if its process ends."""

    id: UUID
    kind: Literal["promotion", "rollback", "scoring"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: Annotated[float, Meta(ge=0, le=1)] | None
    owner: Annotated[str, Meta(description="Who asked for it: `key:<id>`, `page:<id>` or `local`")]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    result: Annotated[EntryOut | None, Meta(description="The ledger's entry, once a change of the champion is done")]
    scoring: Annotated[ScoringOut | None, Meta(description="What becomes of a file of people; null for other jobs")]
    problem: Annotated[Problem | None, Meta(description="Why the job failed, if it has")]
    address: Annotated[str, Meta(description="Where to ask for this job")]

    @classmethod
    def of(cls, job: Job, *, path: str) -> JobOut:
        """Convert a job with its path."""
        scores = job.kind is JobKind.SCORING
        return cls(
            id=job.id,
            kind=job.kind.value,
            state=job.state.value,
            progress=job.progress.share,
            owner=job.owner,
            created_at=job.created_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            result=msgspec.convert(job.result, EntryOut, strict=False) if job.result and not scores else None,
            scoring=ScoringOut.of(job, path=path) if scores else None,
            problem=problem_of(job.problem.error, job.problem.detail, path=path) if job.problem else None,
            address=path,
        )


class JobsOut(msgspec.Struct, frozen=True):
    """A page of jobs, newest first."""

    jobs: list[JobOut]
    next: Annotated[UUID | None, Meta(description="The `cursor` of the next page; null on the last one")]


def shaped(request: Request, job: Job) -> JobOut:
    """Convert a job with its URL."""
    return JobOut.of(job, path=place(request, f"/jobs/{job.id}"))


def accepted(request: Request, job: Job) -> Response[JobOut]:
    """Return a 202 with a recorded job and its `Location`."""
    made = shaped(request, job)
    return Response(made, status_code=202, headers={"Location": made.address})
