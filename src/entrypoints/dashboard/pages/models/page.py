"""The models: what answers now, how good it is, what else there is, and who decided; promote and roll back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from dishka import FromDishka
from markupsafe import Markup
from nicegui import ui

from application.models.report_model import ReportModel
from application.models.review_models import ReviewedVersion, ReviewModels
from domain.errors import LedgerBroken
from domain.models.ledger import LedgerEntry, previous_champion, was_rolled_back
from domain.models.promotion import objection
from domain.ports.championship import Championship
from domain.ports.report_writer import ReportWriters
from entrypoints.dashboard.auth.guard import author_of
from entrypoints.dashboard.charts import model_charts, trials
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.models import gate
from entrypoints.dashboard.pages.models.champion_change import Change, ChangeDialog, theirs
from entrypoints.dashboard.widgets import cards, model_facts
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.table import Column, Dialog, SortedTable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words

_REPORTS: Final = (("HTML", ".html"), ("Excel", ".xlsx"))
_OF_CHAMPION: Final = ("quality", "families", "calibration", "ratios", "fifths", "groups", "residuals", "tuning")


@dataclass(frozen=True)
class Models:
    """Everything the page shows. ``broken`` says how the ledger was tampered with, empty if it was not."""

    versions: Sequence[ReviewedVersion]
    entries: Sequence[LedgerEntry]
    broken: str = ""

    @property
    def champion(self) -> ReviewedVersion | None:
        """What is in service."""
        return next((one for one in self.versions if one.is_champion), None)


async def review(_: None, ask: FromDishka[ReviewModels]) -> Models:
    """Look at all versions and at the ledger."""
    versions = await ask()
    try:
        return Models(versions, await ask.history())
    except LedgerBroken as broken:
        return Models(versions, (), str(broken))


async def promote(version: int, by: str, reason: str | None, championship: FromDishka[Championship]) -> LedgerEntry:
    """Make a version champion."""
    return await championship.promote(version, by=by, reason=reason)


async def roll_back(by: str, reason: str | None, championship: FromDishka[Championship]) -> LedgerEntry:
    """Go back to the champion before."""
    return await championship.roll_back(by=by, reason=reason)


async def report(version: int, ending: str, ask: FromDishka[ReportModel], writers: FromDishka[ReportWriters]) -> bytes:
    """Write the actuary's report of a version."""
    return await asyncio.to_thread(writers[ending].write, await ask(version))


@dataclass(frozen=True)
class UseCases:
    """What the page asks of the application."""

    review: Callable[[None], Awaitable[Models]]
    promote: Callable[[int, str, str | None], Awaitable[LedgerEntry]]
    roll_back: Callable[[str, str | None], Awaitable[LedgerEntry]]
    report: Callable[[int, str], Awaitable[bytes]]


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    use = UseCases(inject(review), inject(promote), inject(roll_back), inject(report))

    async def build(visit: Visit) -> None:
        await ModelsPage(use, visit).first_look()

    return Page("/models", "models", build, admin=True)


class ModelsPage:
    """One open page; a `View` of the models."""

    def __init__(self, use: UseCases, visit: Visit) -> None:
        words = visit.words
        self._use, self._words = use, words
        # the ledger names who changes something: a key in the API, a person here, else this machine
        self._by = author_of(visit.client.request)
        self._known = Models((), ())
        with visit.frame(words("models.title"), words("models.lead")), tag("div", "results"):
            self._problem = html().props("role=alert")
            self._done = text("p", words("working"), "saved").props("role=status")
            with card("none", words("models.none")) as self._none:
                text("p", words("models.none.do", command="medcost train stage=all"))
            with card("champion", words("models.champion")) as self._champion:
                self._facts = html()
            self._of_champion, self._parts = {}, {}
            for key in _OF_CHAMPION:
                with card(key, words(f"models.{key}")) as self._of_champion[key]:
                    if key == "residuals":
                        text("p", words("models.residuals.lead"), "lead-in")
                    self._parts[key] = html()
            with card("versions", words("models.versions")) as self._versions:
                self._table = SortedTable(
                    _columns(words),
                    caption=words("models.versions.caption"),
                    details=words("models.versions.open"),
                    rest=words("table.rest"),
                    on_sort=lambda _: None,
                    on_open=self._open,
                )
            with card("ledger", words("models.ledger")) as self._ledger:
                self._entries = html()
                with tag("div", "actions"):
                    self._back = button("").on("click", self._ask_back)
            self._version = Dialog("version")
            with self._version.content():
                self._card = html()
                with tag("div", "actions"):
                    button(words("models.close")).on("click", self._version.close)
                    self._reports = [
                        button(words("models.report", kind=kind)).on("click", partial(self._report, ending))
                        for kind, ending in _REPORTS
                    ]
                    self._promote = button(words("models.promote"), "primary").on("click", self._ask_promote)
            self._change = ChangeDialog(words, then=self._changed)
        visit.tell_mistakes(self._problem, self._change.problem)
        self._opened: ReviewedVersion | None = None
        self._visible(models=None)
        self._live = Live(use.review, self, client=visit.client, quiet=0)

    async def first_look(self) -> None:
        """Show everything, or the page without it after half a second."""
        self._live(None)
        await self._live.first_answer()

    # what `Live` tells

    def busy(self) -> None:
        """Models are on their way."""
        self._table.busy()

    def show(self, question: None, answer: Models) -> None:
        """Show everything."""
        del question
        words, models = self._words, answer
        self._known = models
        self._problem.content = ""
        if self._done.text == words("working"):
            self._done.text = ""
        self._visible(models)
        if champion := models.champion:
            its = champion.version.card
            self._facts.content = model_facts.facts(champion.version, words)
            self._parts["quality"].content = model_facts.quality(its, words)
            self._parts["families"].content = model_charts.families(its, words)
            self._parts["calibration"].content = model_charts.calibration(its.cross_validation, words)
            self._parts["ratios"].content = model_charts.ratios(its.cross_validation, words)
            self._parts["fifths"].content = model_charts.fifths(its.cross_validation, words)
            self._parts["groups"].content = model_charts.coverage(its.cross_validation, words)
            self._parts["residuals"].content = model_charts.residuals(its.cross_validation, words)
            self._parts["tuning"].content = trials.tuning(its.provenance, words)
        else:
            self._facts.content = paragraph(words("models.no_champion"), "empty")
        self._table.show([_row(one, words) for one in models.versions], by="", rising=False)
        self._entries.content = (
            cards.notice("bad", words("models.ledger.broken"), words("models.ledger.broken.do")) + theirs(models.broken)
            if models.broken
            else model_facts.ledger(models.entries, words)
        )
        before = previous_champion(models.entries)
        self._back.visible = not models.broken
        self._back.text = words("models.back", version=before) if before else words("models.back.none")
        self._back.props["aria-disabled"] = "false" if before else "true"
        self._back.update()

    def fail(self) -> None:
        """Say that nothing could be read; it is asked for again by itself."""
        words = self._words
        self._done.text = ""
        self._problem.content = cards.notice("bad", words("models.away"), words("models.away.do"))

    # what a person does

    def _open(self, id: str) -> None:
        found = next((one for one in self._known.versions if str(one.version.number) == id), None)
        if found is None:
            return
        words, self._opened = self._words, found
        self._card.content = model_facts.facts(found.version, words) + gate.verdict(found.verdict, words)
        self._promote.visible = not found.is_champion and not self._known.broken
        for one in self._reports:
            one.visible = found.version.card.curves is not None
        self._version.open(words("models.open.title", number=found.version.number))

    async def _report(self, ending: str) -> None:
        if one := self._opened:
            number = one.version.number
            ui.download.content(await self._use.report(number, ending), f"medcost-version-{number}{ending}")

    def _ask_promote(self) -> None:
        if one := self._opened:
            number = one.version.number
            make = partial(self._use.promote, number, self._by)
            self._change.open(Change("promote", number, make, _against(one, self._known, self._words)))

    def _ask_back(self) -> None:
        if before := previous_champion(self._known.entries):
            self._change.open(Change("back", before, partial(self._use.roll_back, self._by)))

    def _changed(self, champion: int) -> None:
        self._version.close()
        self._done.text = self._words("models.done", version=champion)
        self._live(None)

    def _visible(self, models: Models | None) -> None:
        """Show the cards that have something to say; none before the first answer."""
        some = models is not None and bool(models.versions)
        self._none.visible = models is not None and not some
        for one in (self._champion, self._versions, self._ledger):
            one.visible = some
        for one in self._of_champion.values():
            one.visible = models is not None and models.champion is not None


def _against(one: ReviewedVersion, models: Models, words: Words) -> Markup:
    """Say why the gate does not let a version in now, as HTML; empty if it does."""
    champion = models.champion.version.number if models.champion else None
    back = was_rolled_back(models.entries, one.version.number)
    against = objection(one.verdict, champion=champion, rolled_back=back)
    return gate.objections(against, one.verdict, champion=champion, words=words) if against else Markup()


def _columns(words: Words) -> list[Column]:
    return [
        Column("version", words("models.version")),
        Column("recipe", words("models.recipe")),
        Column("now", words("models.now")),
        Column("gate", words("models.state"), "wide"),
        Column("crps", "CRPS", "number-cell wide"),
        Column("r2", "R²", "number-cell wider"),
        Column("covered", words("models.held"), "number-cell wide"),
        Column("made", words("models.made"), "wider"),
    ]


def _row(one: ReviewedVersion, words: Words) -> tuple[str, Sequence[str]]:
    its, scores = one.version.card, one.version.card.cross_validation
    gate = "unjudged" if one.verdict is None else "passed" if one.verdict.passed else "refused"
    return str(one.version.number), [
        str(one.version.number),
        its.recipe.name,
        words("models.serves") if one.is_champion else "—",
        words(f"models.{gate}"),
        words.whole(scores.crps),
        model_facts.figure("r2", scores.expected.r2, words),
        words.share(scores.interval.coverage, 1),
        words.day(its.created_at),
    ]
