"""The models: what answers now, what else there is, and who decided; promote and roll back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dishka import FromDishka
from markupsafe import Markup

from application.models.compared_versions import Pair
from application.models.report_model import ReportModel
from application.models.review_models import ReviewedVersion, ReviewModels
from domain.errors import LedgerBroken
from domain.models.ledger import LedgerEntry, previous_champion, was_rolled_back
from domain.models.promotion import objection
from domain.ports.championship import Championship
from domain.ports.report_writer import ReportWriters
from entrypoints.dashboard.auth.guard import author_of
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.models import gate, version_list
from entrypoints.dashboard.pages.models.champion_change import Change, ChangeDialog
from entrypoints.dashboard.pages.models.pair import address, sections
from entrypoints.dashboard.pages.models.version_dialog import VersionDialog
from entrypoints.dashboard.widgets import cards, model_facts
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.table import SortedTable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words


@dataclass(frozen=True)
class Models:
    """The content of the page; ``broken`` describes how the ledger was tampered with, empty if it was not."""

    versions: Sequence[ReviewedVersion]
    entries: Sequence[LedgerEntry]
    broken: str = ""

    @property
    def champion(self) -> ReviewedVersion | None:
        """Return the champion; None if there is none."""
        return next((reviewed for reviewed in self.versions if reviewed.is_champion), None)

    @property
    def challenger(self) -> ReviewedVersion | None:
        """Return the newest version; None if it is the champion."""
        newest = next(iter(self.versions), None)
        return newest if newest and not newest.is_champion else None


async def review(_: None, ask: FromDishka[ReviewModels]) -> Models:
    """Return all versions and the ledger."""
    versions = await ask()
    try:
        return Models(versions, await ask.history())
    except LedgerBroken as broken:
        return Models(versions, (), str(broken))


async def promote(version: int, by: str, reason: str | None, championship: FromDishka[Championship]) -> LedgerEntry:
    """Make a version champion."""
    return await championship.promote(version, by=by, reason=reason)


async def roll_back(by: str, reason: str | None, championship: FromDishka[Championship]) -> LedgerEntry:
    """Make the previous champion champion again."""
    return await championship.roll_back(by=by, reason=reason)


async def report(version: int, ending: str, ask: FromDishka[ReportModel], writers: FromDishka[ReportWriters]) -> bytes:
    """Write the actuary's report of a version."""
    return await asyncio.to_thread(writers[ending].write, await ask(version))


@dataclass(frozen=True)
class UseCases:
    """The use cases of the page."""

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
        self._models = Models((), ())
        with visit.frame(words("models.title"), words("models.lead")), tag("div", "results"):
            self._sections = html(sections("", Pair(), words))
            self._problem = html().props("role=alert")
            self._done = text("p", words("working"), "saved").props("role=status")
            with card("none", words("models.none")) as self._none:
                text("p", words("models.none.do", command="medcost train stage=all"))
            with card("change-champion", words("models.change")) as self._changing:
                self._service = html()
                with tag("div", "actions"):
                    self._next = button("").on("click", self._ask_newest)
                    self._back = button("").on("click", self._ask_back)
            with card("versions", words("models.versions")) as self._versions:
                self._table = SortedTable(
                    version_list.columns(words),
                    caption=words("models.versions.caption"),
                    details=words("history.details"),
                    rest=words("table.rest"),
                    on_sort=lambda _: None,
                    on_open=self._open,
                )
            with card("champion", words("models.champion")) as self._champion:
                self._facts = html()
            with card("ledger", words("models.ledger")) as self._ledger:
                self._entries = html()
            self._version = VersionDialog(words, use.report, self._ask_promote)
            self._change = ChangeDialog(words, then=self._changed)
        visit.tell_mistakes(self._problem, self._change.problem)
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
        self._models = models
        self._problem.content = ""
        if self._done.text == words("working"):
            self._done.text = ""
        self._visible(models)
        champion = models.champion
        self._service.content = _service(models, words)
        self._facts.content = (
            model_facts.facts(champion.version, words) if champion else paragraph(words("models.no_champion"), "empty")
        )
        self._sections.content = sections("", _pair(models), words)
        newest = models.challenger
        self._next.visible = newest is not None and not models.broken
        if newest:
            self._next.text = words("models.promote.newest", version=newest.version.number)
            is_good = newest.verdict is not None and newest.verdict.passed
            self._next.classes(add="primary" if is_good else "", remove="" if is_good else "primary")
        self._table.show([version_list.line(reviewed, words) for reviewed in models.versions], by="", rising=False)
        self._entries.content = (
            cards.notice("bad", words("models.ledger.broken"), words("models.ledger.broken.do"))
            + cards.theirs(models.broken, words)
            if models.broken
            else model_facts.ledger(models.entries, words)
        )
        before = previous_champion(models.entries)
        self._back.visible = before is not None and not models.broken
        self._back.text = words("models.back", version=before)

    def fail(self) -> None:
        """Say that nothing could be read; the page asks again by itself."""
        words = self._words
        self._done.text = ""
        self._problem.content = cards.notice("bad", words("models.away"), words("models.away.do"))

    # what a person does

    def _open(self, id: str) -> None:
        reviewed = next((listed for listed in self._models.versions if str(listed.version.number) == id), None)
        if reviewed:
            champion = self._models.champion.version.number if self._models.champion else None
            self._version.open(reviewed, champion=champion, changeable=not self._models.broken)

    def _ask_newest(self) -> None:
        if newest := self._models.challenger:
            self._ask_promote(newest)

    def _ask_promote(self, reviewed: ReviewedVersion) -> None:
        number = reviewed.version.number
        make = partial(self._use.promote, number, self._by)
        self._change.open(Change("promote", number, make, _against(reviewed, self._models, self._words)))

    def _ask_back(self) -> None:
        if before := previous_champion(self._models.entries):
            self._change.open(Change("back", before, partial(self._use.roll_back, self._by)))

    def _changed(self, champion: int) -> None:
        self._version.close()
        self._done.text = self._words("models.done", version=champion)
        self._live(None)

    def _visible(self, models: Models | None) -> None:
        """Show the cards that have content; none before the first answer."""
        some = models is not None and bool(models.versions)
        self._none.visible = models is not None and not some
        for section in (self._changing, self._champion, self._versions, self._ledger):
            section.visible = some
        self._sections.visible = some


def _pair(models: Models) -> Pair:
    """Return the versions that links lead to: the newest beside the champion, or the champion alone."""
    champion, newest = models.champion, models.challenger
    if champion is None:
        return Pair(newest.version.number if newest else None)
    return Pair(newest.version.number, champion.version.number) if newest else Pair(champion.version.number)


def _service(models: Models, words: Words) -> Markup:
    """Return the version in service with its date, and the gate's verdict on the newest version."""
    champion, newest = models.champion, models.challenger
    sentence = words("models.no_champion")
    if champion:
        since = models.entries[-1].at if models.entries else champion.version.registered_at
        name = words.family(champion.version.card.recipe.family)
        sentence = words("models.serving", version=champion.version.number, family=name, since=words.moment(since))
    parts = [paragraph(sentence, "lead-in")]
    if newest:
        verdict = "unjudged" if newest.verdict is None else "passed" if newest.verdict.passed else "refused"
        number = newest.version.number
        parts.append(paragraph(words("models.newest", version=number, verdict=words(f"models.{verdict}"))))
        parts.append(_against(newest, models, words))
        if champion:
            link = words("models.compare", champion=champion.version.number)
            parts.append(element("p", element("a", link, href=address("fit", _pair(models)))))
    if champion and previous_champion(models.entries) is None:
        parts.append(paragraph(words("models.back.none"), "hint"))
    return together(*parts)


def _against(reviewed: ReviewedVersion, models: Models, words: Words) -> Markup:
    """Return why the gate refuses a version now, as HTML; empty if it passes."""
    champion = models.champion.version.number if models.champion else None
    back = was_rolled_back(models.entries, reviewed.version.number)
    against = objection(reviewed.verdict, champion=champion, rolled_back=back)
    return gate.objections(against, reviewed.verdict, champion=champion, words=words) if against else Markup()
