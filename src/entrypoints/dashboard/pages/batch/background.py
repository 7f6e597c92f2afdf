"""Files that are scored in the background: handed over to a job, and the list of one's own jobs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from dishka import FromDishka

from application.costs.score_by_job import AskForScoring
from application.operations.review_jobs import CancelJob, ReviewJobs
from domain.access.callers import Caller
from domain.costs.scoring_task import FileKind, ScoringTask
from domain.errors import Conflict, NotFound, Unavailable
from domain.operations.jobs import Job, JobKind, JobState
from domain.people.matching import Matching, denies
from domain.ports.job_files import JobFiles
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.batch import views
from entrypoints.dashboard.pages.batch.uploads import Upload
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from markupsafe import Markup

    from domain.people.schema import Schema
    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.locale.speech import Words

MOST_HERE: Final = 100_000
"""Rows of a file that the page itself answers; longer ones are scored in the background."""
KINDS: Final = {"text": FileKind.CSV, "workbook": FileKind.XLSX, "parquet": FileKind.PARQUET}
"""What a file is, by what its content says."""
_SHOWN: Final = 20
_PIECE: Final = 1 << 20


@dataclass(frozen=True)
class JobCalls:
    """What the page asks of the application, in the visitor's name."""

    own: Callable[[], Awaitable[Sequence[Job]]]
    hand_over: Callable[[Upload, Matching, FileKind], Awaitable[Job]]
    drop: Callable[[UUID], Awaitable[Job]]

    @classmethod
    def of(cls, visitors: Visitors) -> JobCalls:
        """Let visitors see and change their own jobs only."""
        return cls(
            visitors.inject(own_jobs, own=True),
            visitors.inject(hand_over, own=True),
            visitors.inject(drop_job, own=True),
        )


async def own_jobs(caller: Caller, review: FromDishka[ReviewJobs]) -> Sequence[Job]:
    """Return the visitor's files that are not erased, the newest first."""
    jobs = await review.own(caller, _SHOWN, kind=JobKind.SCORING)
    return [job for job in jobs if job.erased_at is None]


async def hand_over(
    upload: Upload,
    matching: Matching,
    result: FileKind,
    caller: Caller,
    ask: FromDishka[AskForScoring],
    files: FromDishka[JobFiles],
) -> Job:
    """Copy an uploaded file to where jobs find it, and ask for its scoring.

    Raises:
        TooManyJobs: if the visitor has enough of them under way.
        NoRoom: if there is no room for the file and its answers.
    """
    await ask.require_turn(caller)
    if upload.given is None or upload.file is None:
        raise NotFound
    source = KINDS[upload.given.table.kind]
    folder = await asyncio.to_thread(_copied, upload.file.fileno(), files, source)
    try:
        return await ask(_task(folder, upload, matching, source, result), caller)
    except BaseException:
        await asyncio.to_thread(files.erase, folder)
        raise


async def drop_job(id: UUID, caller: Caller, cancel: FromDishka[CancelJob]) -> Job:
    """Cancel a job of the visitor's, and erase its files."""
    return await cancel(id, caller)


class JobsCard:
    """The card of one's own files, with how far each is; it stays away while there is none."""

    def __init__(self, words: Words, calls: JobCalls) -> None:
        self._words, self._calls = words, calls
        self._shown: Sequence[Job] | None = None
        with card("jobs", words("batch.jobs"), words("batch.jobs.lead")) as section:
            self._problem = html().props("role=alert")
            self._list = tag("ul", "file-list")
        section.visible = False
        self._section = section

    async def look(self) -> None:
        """Show what has changed."""
        try:
            jobs = await self._calls.own()
        except Unavailable:
            return  # what was shown stays; the next look comes
        if jobs != self._shown:
            self._shown = jobs
            self._section.visible = bool(jobs)
            self._list.clear()
            with self._list:
                for job in jobs:
                    self._row(job)

    def _row(self, job: Job) -> None:
        words, task = self._words, ScoringTask.of_json(job.task)
        with tag("li"):
            html(_about(job, task, words), "progress")
            with tag("div", "actions"):
                if job.state is JobState.DONE:
                    label = words(f"batch.jobs.download.{task.result}")
                    link = text("a", label, "btn primary").props("download")
                    link.props["href"] = at(f"/batch/jobs/{job.id}/result")
                    link.props["aria-label"] = f"{label}: {task.name}"
                key = "batch.jobs.erase" if job.state.has_ended else "batch.cancel"
                dropping = button(words(key)).on("click", lambda: self._drop(job.id))
                dropping.props["aria-label"] = f"{words(key)}: {task.name}"

    async def _drop(self, id: UUID) -> None:
        try:
            await self._calls.drop(id)
        except (Conflict, NotFound, Unavailable):
            self._problem.content = cards.notice(
                "bad", self._words("batch.unexpected"), self._words("batch.jobs.again")
            )
        await self.look()


def _about(job: Job, task: ScoringTask, words: Words) -> Markup:
    """Say how much of a file is scored."""
    far, name = job.progress, element("strong", task.name, classes="file-name")
    state = words(f"batch.jobs.{job.state}", when=words.moment(job.ended_at or job.created_at))
    rows = words("batch.jobs.rows", count=far.rows) if far.rows else ""
    bad = words("batch.progress.bad", count=far.bad) if far.bad else ""
    line = paragraph(" · ".join(filter(None, (state, rows, bad))))
    if job.state is JobState.RUNNING:
        bar = element("progress", aria_label=f"{words('batch.work')}: {task.name}", max=1, value=far.share)
        return together(name, bar, line)
    if job.problem:
        return together(name, line, views.detail(job.problem.detail, words))
    return together(name, line)


def _task(folder: str, upload: Upload, matching: Matching, source: FileKind, result: FileKind) -> ScoringTask:
    given = upload.given
    schema = cast("Schema", given and given.schema)
    return ScoringTask(
        folder=folder,
        name=upload.name or f"people.{source}",
        source=source,
        result=result,
        columns={column: fact for fact, column in matching.items()},
        without=tuple(fact.name for fact in schema.facts if fact.name not in matching),
        turned=tuple(fact for fact, column in matching.items() if denies(column, schema.by_name[fact])),
    )


def _copied(handle: int, files: JobFiles, kind: FileKind) -> str:
    """Copy an open file, and return the folder of the copy."""
    size = os.fstat(handle).st_size
    copy = files.receive(kind, size)
    try:
        while piece := os.pread(handle, _PIECE, copy.size):  # others read from the same file at places of their own
            copy.write(piece)
        copy.finish()
    except BaseException:
        copy.discard()
        raise
    return copy.folder
