"""Many people at once: a file comes in, its columns are matched, everybody good is scored, the answers go out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from dishka import FromDishka
from markupsafe import Markup
from nicegui import ui

from application.costs.quote_table import QuoteTable
from application.costs.score_people import GivenPeople, OpenPeople, ScorePeople, WriteScored
from application.models.review_origins import INVENTED, ReviewOrigins
from domain.people.fact import Fact
from domain.people.matching import Matching, denies, shared
from domain.people.notes import NO_NAME
from domain.ports.people_files import PeopleTable
from entrypoints.dashboard.layout.data_notice import prices
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.batch import crowd
from entrypoints.dashboard.pages.batch.desk import MOST_BYTES, Desk, Place, Stage, UseCases
from entrypoints.dashboard.pages.batch.files import COOKIE, address
from entrypoints.dashboard.pages.batch.group import GroupCard
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fields import FileDrop, SelectField

if TYPE_CHECKING:
    from entrypoints.dashboard.inject import Call, Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words

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
    kind: str, place: Place, ask: FromDishka[WriteScored], review: FromDishka[ReviewOrigins]
) -> Iterator[bytes]:
    """Write what came of it, or what was left out."""
    if place.given is None or place.scored is None:
        return iter(())
    if kind == "report":
        return ask.report(place.scored)
    model = place.scored.model
    invented = model is not None and (await review()).is_synthetic(model.version)
    return ask(kind, place.given.table, place.scored, INVENTED if invented else "")


def desk(inject: Inject) -> Desk:
    """Make the desk over its use cases; once a process."""
    return Desk(UseCases(inject(OpenPeople), inject(ScorePeople)))


def page(desk: Desk, inject: Inject) -> Page:
    """Make the page over the desk, and over the use case that quotes a group."""
    quote = inject(QuoteTable)

    async def build(visit: Visit) -> None:
        BatchPage(desk.place(visit.client.request.cookies.get(COOKIE, "")), visit, quote)

    return Page("/batch", "batch", build)


class BatchPage:
    """One open page; it looks at its place four times a second, so a cut connection misses nothing."""

    def __init__(self, place: Place, visit: Visit, quote: Call) -> None:
        self._place, self._words, self._changes, self._stage = place, visit.words, -1, ""
        words = self._words
        with visit.frame(words("batch.title"), words("batch.lead")):
            self._said = text("p", "", "veiled").props("role=status")
            self._problem = html().props("role=alert")
            visit.tell_mistakes(self._problem)
            results = tag("div", "results")
        with results:
            with card("file", words("batch.file"), words("batch.kept")) as file:
                keys = ("drop", "choose", "limits", "sending", "one", "large", "busy", "unsent")
                FileDrop(address(place, "people"), MOST_BYTES, {key: words(f"batch.send.{key}") for key in keys})
            with card("match", words("batch.match"), words("batch.match.lead")) as match:
                self._name = text("p", "", "file-name")
                self._fields = tag("div", "filters matching")
                self._unused = html()
                self._preview = html("", "chart")
                with tag("div", "actions"):
                    button(words("batch.start"), "primary").on("click", self._start)
                    button(words("batch.other")).on("click", place.clear)
            with card("work", words("batch.work")) as work:
                self._bar = html("", "progress")
                with tag("div", "actions"):
                    button(words("batch.cancel")).on("click", place.cancel)
            with card("scored", words("batch.scored")) as scored:
                self._billed = html(cards.billed(words, ""))
                self._totals = html()
                self._table = Pages(words)
                with tag("div", "actions"):
                    for key, name in (("csv", "costs.csv"), ("parquet", "costs.parquet")):
                        link = text("a", words(f"batch.{key}"), "btn primary").props("download")
                        link.props["href"] = address(place, name)
                    button(words("batch.again")).on("click", place.again)
                    button(words("batch.other")).on("click", place.clear)
            self._group = GroupCard(words, quote)
            with card("left", words("batch.left"), words("batch.left.lead")) as left:
                self._left = Pages(words)
                with tag("div", "actions") as report:
                    link = text("a", words("batch.left.file"), "btn").props("download")
                    link.props["href"] = address(place, "left-out.csv")
                self._report = report
        self._sections = {"file": file, "match": match, "work": work, "scored": scored, "left": left}
        self._sections["group"] = self._group.section
        for section in self._sections.values():
            section.props("tabindex=-1")
        self._data = visit.data
        self._data.on_change(lambda: self._billed.set_content(cards.billed(words, prices(self._data.origins, words))))
        self._choices: dict[str, SelectField] = {}
        self._look()
        ui.timer(_TICK, self._look)

    def _look(self) -> None:
        place = self._place
        place.look()
        if place.changes == self._changes:
            return
        self._changes = place.changes
        if place.stage != self._stage:
            self._turn_to(place.stage)
        self._problem.content = self._sorry()
        if place.stage == "scoring":
            self._bar.content = crowd.progress(place, self._words)

    def _turn_to(self, stage: Stage) -> None:
        first_look, self._stage = self._stage == "", stage
        words, place = self._words, self._place
        for key, section in self._sections.items():
            section.visible = key in _SECTIONS[stage]
        if stage == "opened" and place.given:
            self._offer(place.given)
        if stage == "done" and place.given and place.scored and place.totals:
            self._totals.content = crowd.totals(place.totals, place.scored, words)
            self._table.show(crowd.answers(place.scored, words))
            self._left.show(crowd.left_out(place.scored, len(place.given.table.columns), words))
            self._group.section.visible = self._group.offer(place.given.table, place.scored)
            self._sections["left"].visible = self._report.visible = place.scored.bad > 0
        if not first_look:
            self._said.text = words(f"batch.said.{stage}")
            # what was pressed may be gone: the focus goes on to what came instead
            ui.run_javascript(
                "const lost = document.activeElement;"
                "if (lost === document.body || !lost.checkVisibility())"
                f"document.getElementById('{_SECTIONS[stage][0]}').focus()"
            )

    def _offer(self, given: GivenPeople) -> None:
        words = self._words
        self._name.text = words("batch.name", name=self._place.name, count=given.rows)
        self._fields.clear()
        with self._fields:
            self._choices = {
                fact.name: SelectField(
                    name=f"column-{fact.name}",
                    value=given.suggested.get(fact.name, ""),
                    label=words.label(fact),
                    options=[("", words("batch.none")), *_offered(fact, given.table, words)],
                )
                for fact in words.schema.facts
            }
        for choice in self._choices.values():
            choice.on_value_change(self._foresee)
        self._foresee()

    def _matching(self) -> Matching:
        return {fact: str(choice.value) for fact, choice in self._choices.items() if choice.value}

    def _foresee(self) -> None:
        matching = self._matching()
        if self._place.given:
            reading = self._place.given.reading(matching)
            self._preview.content = crowd.preview(self._place.given.first, reading, self._words)
            self._unused.content = crowd.unused(self._place.given.table, matching, self._words)
        self._mark(matching, missing=False)

    def _start(self) -> None:
        matching = self._matching()
        wrong = self._mark(matching, missing=True)
        if wrong is None and self._place.given:
            self._place.start(self._place.given.reading(matching))
            self._look()
        elif wrong:
            ui.run_javascript(f"document.getElementById('column-{wrong}').focus()")

    def _mark(self, matching: Matching, *, missing: bool) -> str | None:
        """Mark facts whose column another fact has, and with ``missing`` those without a column; return the first."""
        words, twice = self._words, shared(matching)
        for fact, choice in self._choices.items():
            if fact in twice:
                choice.error = words("batch.column.shared", fact=words.named(twice[fact]))
            else:
                lacks = fact not in matching and not words.schema.by_name[fact].may_be_missing
                choice.error = words("batch.column") if missing and lacks else ""
        return next((fact for fact, choice in self._choices.items() if choice.error), None)

    def _sorry(self) -> Markup:
        flaw, detail = self._place.problem
        if not flaw:
            return Markup()
        words = self._words
        said = cards.notice(
            "warn" if flaw in ("cancelled", "gave_way") else "bad", words(f"batch.{flaw}"), words(f"batch.{flaw}.do")
        )
        return said + crowd.detail(detail, words) if detail else said


def _offered(fact: Fact, table: PeopleTable, words: Words) -> Iterator[tuple[str, str]]:
    """Offer the columns that have a name; of one that denies, say that its yes counts as no."""
    for column in table.columns:
        if not column.startswith(NO_NAME):
            yield column, words("batch.turned", column=column) if denies(column, fact) else column


class Pages:
    """A table shown page by page."""

    def __init__(self, words: Words) -> None:
        self._words, self._at = words, 0
        self._pages = [Markup()]
        self._shown = html("", "table-frame")
        with tag("div", "actions pager") as self._pager:
            self._back = button(words("history.back")).on("click", lambda: self._turn(-1))
            self._on = button(words("history.on")).on("click", lambda: self._turn(1))
            self._where = text("p", "", "hint").props("role=status")

    def show(self, pages: list[Markup]) -> None:
        """Show the first of some pages."""
        self._pages, self._at = pages or [Markup()], 0
        self._turn(0)

    def _turn(self, by: int) -> None:
        last = len(self._pages) - 1
        self._at = min(max(self._at + by, 0), last)
        self._shown.content = self._pages[self._at]
        self._where.text = self._words("batch.page", page=self._at + 1, pages=last + 1)
        self._pager.visible = last > 0
        for one, leads in ((self._back, self._at > 0), (self._on, self._at < last)):
            one.props["aria-disabled"] = "false" if leads else "true"
            one.update()
