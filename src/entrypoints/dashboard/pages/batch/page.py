"""Many people at once: a file comes in, its columns are matched, everybody good is scored, the answers go out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from dishka import FromDishka
from markupsafe import Markup
from nicegui import ui

from application.costs.quote_table import QuoteTable
from application.costs.score_people import OpenPeople, ScorePeople, WriteScored
from application.models.review_origins import INVENTED, ReviewOrigins
from application.operations.review_jobs import FetchAnswers
from domain.errors import NoRoom, TooManyJobs, Unavailable
from domain.people.schema import Schema
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.layout.data_notice import prices
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.batch import views
from entrypoints.dashboard.pages.batch.background import KINDS, JobCalls, JobsCard
from entrypoints.dashboard.pages.batch.files import COOKIE, address
from entrypoints.dashboard.pages.batch.group import GroupCard
from entrypoints.dashboard.pages.batch.match_card import MatchCard
from entrypoints.dashboard.pages.batch.paged import Pages
from entrypoints.dashboard.pages.batch.template import TEMPLATES, columns
from entrypoints.dashboard.pages.batch.uploads import MOST_BYTES, Stage, Upload, Uploads, UseCases
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fields import FileDrop

if TYPE_CHECKING:
    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.layout.page import Visit

_TICK: Final = 0.25
"""Seconds between two looks at the work."""
_SECTIONS: Final[dict[Stage, tuple[str, ...]]] = {
    "empty": ("file",),
    "reading": ("file",),
    "opened": ("match",),
    "scoring": ("work",),
    "done": ("scored", "group", "left"),
}


async def write_scored(
    kind: str, upload: Upload, ask: FromDishka[WriteScored], review: FromDishka[ReviewOrigins]
) -> Iterator[bytes]:
    """Write what came of it, or what was left out."""
    if upload.given is None or upload.scored is None:
        return iter(())
    if kind == "report":
        return ask.report(upload.scored)
    model = upload.scored.model
    invented = model is not None and (await review()).is_synthetic(model.version)
    return ask(kind, upload.given.table, upload.scored, INVENTED if invented else "")


async def write_template(kind: str, ask: FromDishka[WriteScored], schema: FromDishka[Schema]) -> Iterator[bytes]:
    """Write an empty file to fill in."""
    return ask.template(kind, schema)


async def fetch_answers(fetch: FromDishka[FetchAnswers]) -> FetchAnswers:
    """Return what fetches the answers of jobs."""
    return fetch


def uploads(inject: Inject) -> Uploads:
    """Make the store of uploads over its use cases; once a process."""
    return Uploads(UseCases(inject(OpenPeople), inject(ScorePeople)))


def page(uploads: Uploads, inject: Inject, visitors: Visitors, jobs_every: float) -> Page:
    """Make the page, which looks at the visitor's jobs every ``jobs_every`` seconds."""
    quote, calls = inject(QuoteTable), JobCalls.of(visitors)

    async def build(visit: Visit) -> None:
        made = BatchPage(uploads.upload(visit.client.request.cookies.get(COOKIE, "")), visit, quote, calls)
        await made.jobs.look()
        ui.timer(jobs_every, made.jobs.look)

    return Page("/batch", "batch", build)


class BatchPage:
    """One open page; it looks at its upload four times a second, so a cut connection misses nothing."""

    def __init__(self, upload: Upload, visit: Visit, quote: Call, calls: JobCalls) -> None:
        self._upload, self._words, self._changes, self._stage = upload, visit.words, -1, ""
        words, self._calls = self._words, calls
        with visit.frame(words("batch.title"), words("batch.lead")):
            self._status_text = text("p", "", "veiled").props("role=status")
            self._problem = html().props("role=alert")
            visit.tell_mistakes(self._problem)
            results = tag("div", "results")
        with results:
            file = self._file_card()
            self._match = MatchCard(upload, words, self._start, self._hand_over)
            with card("work", words("batch.work")) as work:
                self._bar = html("", "progress")
                with tag("div", "actions"):
                    button(words("batch.cancel")).on("click", upload.cancel)
            scored = self._scored_card()
            self._group = GroupCard(words, quote)
            left = self._left_card()
            self.jobs = JobsCard(words, calls)
        self._sections = {"file": file, "match": self._match.section, "work": work, "scored": scored, "left": left}
        self._sections["group"] = self._group.section
        for section in self._sections.values():
            section.props("tabindex=-1")
        self._data = visit.data
        self._data.on_change(lambda: self._billed.set_content(cards.billed(words, prices(self._data.origins, words))))
        self._look()
        ui.timer(_TICK, self._look)

    def _file_card(self) -> ui.element:
        words = self._words
        with card("file", words("batch.file"), words("batch.kept")) as section:
            keys = ("drop", "choose", "limits", "sending", "one", "large", "busy", "unsent")
            FileDrop(address(self._upload, "people"), MOST_BYTES, {key: words(f"batch.send.{key}") for key in keys})
            html(columns(words))
            with tag("div", "actions"):
                for name in TEMPLATES:
                    link = text("a", words(f"batch.template.{name.rpartition('.')[2]}"), "btn").props("download")
                    link.props["href"] = at(f"/batch/template/{name}")
        return section

    def _scored_card(self) -> ui.element:
        words, upload = self._words, self._upload
        with card("scored", words("batch.scored")) as section:
            self._billed = html(cards.billed(words, ""))
            self._totals = html()
            self._table = Pages(words)
            with tag("div", "actions"):
                for kind in KINDS.values():
                    link = text("a", words(f"batch.{kind}"), "btn primary").props("download")
                    link.props["href"] = address(upload, f"costs.{kind}")
                button(words("batch.again")).on("click", upload.again)
                button(words("batch.other")).on("click", upload.clear)
        return section

    def _left_card(self) -> ui.element:
        words = self._words
        with card("left", words("batch.left"), words("batch.left.lead")) as section:
            self._left = Pages(words)
            with tag("div", "actions") as self._report:
                link = text("a", words("batch.left.file"), "btn").props("download")
                link.props["href"] = address(self._upload, "left-out.csv")
        return section

    def _look(self) -> None:
        upload = self._upload
        upload.look()
        if upload.changes == self._changes:
            return
        self._changes = upload.changes
        if upload.stage != self._stage:
            self._turn_to(upload.stage)
        self._problem.content = self._sorry()
        if upload.stage == "scoring":
            self._bar.content = views.progress(upload, self._words)

    def _turn_to(self, stage: Stage) -> None:
        first_look, self._stage = self._stage == "", stage
        words, upload = self._words, self._upload
        for key, section in self._sections.items():
            section.visible = key in _SECTIONS[stage]
        if stage == "opened" and upload.given:
            self._match.offer(upload.given)
        if stage == "done" and upload.given and upload.scored and upload.totals:
            self._totals.content = views.totals(upload.totals, upload.scored, words)
            self._table.show(views.answers(upload.scored, words))
            self._left.show(views.left_out(upload.scored, len(upload.given.table.columns), words))
            self._group.section.visible = self._group.offer(upload.given.table, upload.scored)
            self._sections["left"].visible = self._report.visible = upload.scored.bad > 0
        if not first_look:
            self._status_text.text = words(f"batch.said.{stage}")
            # what was pressed may be gone: the focus goes on to what came instead
            ui.run_javascript(
                "const lost = document.activeElement;"
                "if (lost === document.body || !lost.checkVisibility())"
                f"document.getElementById('{_SECTIONS[stage][0]}').focus()"
            )

    def _start(self) -> None:
        matching = self._match.answer()
        if matching is not None and self._upload.given:
            self._upload.start(self._upload.given.reading(matching))
            self._look()

    async def _hand_over(self) -> None:
        matching = self._match.answer()
        if matching is None:
            return
        words = self._words
        try:
            await self._calls.hand_over(self._upload, matching, self._match.kind)
        except (TooManyJobs, NoRoom) as refused:
            key = "batch.jobs.many" if isinstance(refused, TooManyJobs) else "batch.jobs.room"
            self._problem.content = cards.notice("bad", words(key), words(f"{key}.do"))
            return
        except Unavailable:
            self._problem.content = cards.notice("bad", words("batch.unexpected"), words("batch.unexpected.do"))
            return
        self._upload.clear()
        await self.jobs.look()
        self._look()
        self._status_text.text = words("batch.jobs.said")
        ui.run_javascript("document.getElementById('jobs').focus()")

    def _sorry(self) -> Markup:
        flaw, detail = self._upload.problem
        if not flaw:
            return Markup()
        words = self._words
        apology = cards.notice(
            "warn" if flaw in ("cancelled", "gave_way") else "bad", words(f"batch.{flaw}"), words(f"batch.{flaw}.do")
        )
        return apology + views.detail(detail, words) if detail else apology
