"""Past estimates: look for them, open one, say what the year really cost, erase it, take them all away as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from dishka import FromDishka

from application.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.beneficiary import REGIONS, Sex
from domain.prediction import Prediction, PredictionQuery, SortKey
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.fields import ChoiceField, InputField, SelectField
from entrypoints.dashboard.kit.filters import address_of, query_of, sorted_by
from entrypoints.dashboard.kit.live import Live
from entrypoints.dashboard.kit.page import Page
from entrypoints.dashboard.kit.record import RecordDialog
from entrypoints.dashboard.kit.shell import button, card, html, tag, text
from entrypoints.dashboard.kit.table import Column, SortedTable
from entrypoints.dashboard.pages.history_export import EXPORT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from entrypoints.dashboard.kit.inject import Inject
    from entrypoints.dashboard.kit.page import Visit
    from entrypoints.dashboard.words.speech import Words

_ROWS: Final = 25
_PATIENCE: Final = 0.5
"""Seconds that the first page waits for its rows, before it is shown without them."""


async def review(query: PredictionQuery, ask: FromDishka[ReviewPredictions]) -> Sequence[Prediction]:
    """Read a page."""
    return await ask(query)


async def erase(id: UUID, ask: FromDishka[ErasePrediction]) -> None:
    """Forget one for good."""
    await ask(id)


async def record(id: UUID, charges: float, ask: FromDishka[RecordOutcome]) -> Prediction:
    """Remember what the year really cost."""
    return await ask(id, charges)


@dataclass(frozen=True)
class UseCases:
    """What the page asks of the application."""

    review: Callable[[PredictionQuery], Awaitable[Sequence[Prediction]]]
    erase: Callable[[UUID], Awaitable[None]]
    record: Callable[[UUID, float], Awaitable[Prediction]]


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    use = UseCases(inject(review), inject(erase), inject(record))

    async def build(visit: Visit) -> None:
        await HistoryPage(use, visit).first_look()

    return Page("/history", "history", build, admin=True)


class HistoryPage:
    """One open page."""

    def __init__(self, use: UseCases, visit: Visit) -> None:
        self._words = words = visit.words
        self._query = PredictionQuery(limit=_ROWS + 1)
        self._pages: list[PredictionQuery] = []
        self._shown: dict[UUID, Prediction] = {}
        with visit.frame(words("history.title"), words("history.lead")), tag("div", "results"):
            with card("filters", words("history.filters")), tag("div", "filters"):
                self._fields = _filters(words)
            with card("found", words("history.found")):
                self._problem = html().props("role=alert")
                self._empty = html()
                self._table = SortedTable(
                    _columns(words),
                    caption=words("history.caption"),
                    details=words("history.details"),
                    on_sort=self._sort,
                    on_open=self._open,
                )
                self._pager = tag("div", "actions pager")
                with self._pager:
                    self._back = button(words("history.back")).on("click", self._turn_back)
                    self._on = button(words("history.on")).on("click", self._turn_on)
                    self._count = text("p", words("working"), "hint").props("role=status")
                    self._file = text("a", words("history.file"), "btn").props("download")
            self._record = RecordDialog(words, record=use.record, erase=use.erase, then=self._again)
        visit.tell_mistakes(self._problem, self._record.problem)
        for field in self._fields.values():
            field.on_value_change(self._filter)
        self._live = Live(use.review, self, client=visit.client, quiet=0.2)
        self._following: PredictionQuery | None = None

    async def first_look(self) -> None:
        """Show the newest."""
        self._table.show([], by=SortKey.TIME.value, rising=False)
        self._adjust()
        await asyncio.wait([self._live(self._query, quiet=0)], timeout=_PATIENCE)

    # what `Live` tells

    def busy(self) -> None:
        """Rows are on their way."""
        self._table.busy()

    def show(self, question: PredictionQuery, answer: Sequence[Prediction]) -> None:
        """Show a page of rows."""
        rows = answer[:_ROWS]
        self._problem.content = ""
        self._shown = {one.id: one for one in rows}
        self._following = question.following(rows[-1]) if len(answer) > _ROWS else None
        by, rising = question.by.value, question.rising
        self._table.show([(str(one.id), _cells(one, self._words)) for one in rows], by=by, rising=rising)
        first = len(self._pages) * _ROWS
        words = self._words
        self._count.text = words("history.rows", first=first + 1, last=first + len(rows)) if rows else ""
        self._empty.content = "" if rows else _nothing(question, words)
        self._table.visible = bool(rows)
        self._pager.visible = bool(rows or self._pages)
        self._adjust()

    def fail(self) -> None:
        """Say that the rows could not be had; they are asked for again by themselves."""
        words = self._words
        self._problem.content = cards.notice("bad", words("history.away"), words("history.away.do"))
        self._count.text = ""

    # what a person does

    def _filter(self) -> None:
        said = {name: str(field.value or "") for name, field in self._fields.items()}
        order = {"by": self._query.by, "rising": self._query.rising, "limit": _ROWS + 1}
        self._start(replace(query_of(said), **order))

    def _sort(self, key: str) -> None:
        self._start(sorted_by(self._query, SortKey(key)))

    def _start(self, query: PredictionQuery) -> None:
        self._pages = []
        self._ask(query)

    def _turn_on(self) -> None:
        if self._following:
            self._pages.append(self._query)
            self._ask(self._following)

    def _turn_back(self) -> None:
        if self._pages:
            self._ask(self._pages.pop())

    def _open(self, id: str) -> None:
        if found := self._shown.get(UUID(id)):
            self._record.open(found)

    def _again(self) -> None:
        self._live(self._query, quiet=0)

    def _ask(self, query: PredictionQuery) -> None:
        self._query = query
        self._live(query)

    def _adjust(self) -> None:
        """Grey the buttons that lead nowhere, and let the link lead to a file of what is looked for."""
        for one, leads in ((self._back, bool(self._pages)), (self._on, self._following is not None)):
            one.props["aria-disabled"] = "false" if leads else "true"
            one.update()
        asked = address_of(self._query)
        self._file.props["href"] = f"{EXPORT}?{asked}" if asked else EXPORT
        self._file.update()


def _nothing(query: PredictionQuery, words: Words) -> str:
    if address_of(replace(query, by=SortKey.TIME, rising=False)) or query.before:
        return f'<p class="empty">{words("history.none")}</p>'
    return f'<p class="empty">{words("history.empty")}</p><p><a class="btn" href="/">{words("missing.do")}</a></p>'


def _filters(words: Words) -> dict[str, InputField | ChoiceField | SelectField]:
    any_ = ("", words("history.any"))
    sexes = [any_, *((sex.value, words(f"sex.{sex.value}")) for sex in (Sex.FEMALE, Sex.MALE))]
    return {
        "since": InputField(name="since", label=words("history.since"), kind="date"),
        "smoker": ChoiceField(
            name="smoker",
            value="",
            label=words("smoker"),
            options=[any_, ("yes", words("smoker.yes")), ("no", words("smoker.no"))],
        ),
        "sex": ChoiceField(name="sex", value="", label=words("sex"), options=sexes),
        "region": SelectField(
            name="region",
            value="",
            label=words("region"),
            options=[any_, *((region, words(f"region.{region}")) for region in REGIONS)],
        ),
    }


def _columns(words: Words) -> list[Column]:
    return [
        Column("time", words("history.made"), sorts=True),
        Column("age", words("age"), "number-cell", sorts=True),
        Column("sex", words("history.sex"), "wide"),
        Column("bmi", words("history.bmi"), "number-cell", sorts=True),
        Column("children", words("history.children"), "number-cell wide", sorts=True),
        Column("smoker", words("history.smokes"), "wide"),
        Column("region", words("history.region"), "wider"),
        Column("typical", words("typical"), "number-cell strong", sorts=True),
        Column("expected", words("history.expected"), "number-cell wide", sorts=True),
        Column("range", words("range"), "number-cell wider"),
        Column("outcome", words("history.outcome"), "number-cell wide"),
    ]


def _cells(one: Prediction, words: Words) -> list[str]:
    return [
        words.moment(one.created_at),
        *words.facts(one.beneficiary),
        words.usd(one.typical),
        words.usd(one.expected),
        words("range.value", low=words.usd(one.interval.low), high=words.usd(one.interval.high)),
        words.usd(one.outcome.charges) if one.outcome else "—",
    ]
