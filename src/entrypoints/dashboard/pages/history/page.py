"""Past estimates: look for them, open one, say what the year really cost, erase it, take them all away as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from dishka import FromDishka
from nicegui import ui

from application.costs.review_predictions import ErasePrediction, RecordOutcome, ReviewPredictions
from domain.access.callers import Caller
from domain.costs.prediction import Prediction
from domain.costs.prediction_query import BY_TIME, PredictionQuery
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.guard import sign_in_url
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.layout.data_notice import prices
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.history.export import EXPORT
from entrypoints.dashboard.pages.history.filter_fields import filter_fields, sort_field
from entrypoints.dashboard.pages.history.filters import address_of, query_of, sorted_by
from entrypoints.dashboard.pages.history.record import RecordDialog
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.table import Column, SortedTable, fact_looks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from markupsafe import Markup

    from entrypoints.dashboard.auth.visitor import Visitors
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words

PATH: Final = "/history"
_ROWS: Final = 25


@dataclass(frozen=True)
class ResultPage:
    """A page of estimates, with one row more than is shown if another page follows, and the total of all pages."""

    rows: Sequence[Prediction]
    total: int


async def review(query: PredictionQuery, caller: Caller, ask: FromDishka[ReviewPredictions]) -> ResultPage:
    """Read a page of estimates, and count all that match."""
    return ResultPage(await ask(query, caller), await ask.count(query, caller))


@dataclass(frozen=True)
class UseCases:
    """The use cases of the page."""

    review: Callable[[PredictionQuery], Awaitable[ResultPage]]
    erase: Callable[[UUID], Awaitable[None]]
    record: Callable[[UUID, float], Awaitable[Prediction]]


def page(visitors: Visitors) -> Page:
    """Make the page over its use cases: visitors see their own estimates, the admin everybody's."""
    use = UseCases(visitors.inject(review), visitors.inject(ErasePrediction), visitors.inject(RecordOutcome))

    async def build(visit: Visit) -> None:
        request = visit.client.request
        visitors.own(request)  # the cookie comes with the page
        await HistoryPage(use, visit, sees_all=visitors.sees_all(request)).first_look()

    return Page(PATH, "history", build, personal=True)


class HistoryPage:
    """The open page of one browser."""

    def __init__(self, use: UseCases, visit: Visit, *, sees_all: bool) -> None:
        self._words = words = visit.words
        parameters = {name: value for name, value in visit.client.request.query_params.items() if value}
        self._query = replace(query_of(parameters, words.schema), limit=_ROWS + 1)
        self._pages: list[PredictionQuery] = []
        self._shown: dict[UUID, Prediction] = {}
        lead = words("history.lead" if sees_all else "history.own")
        with visit.frame(words("history.title"), lead), tag("div", "results"):
            if not sees_all:
                with tag("p"):
                    text("a", words("history.sign_in")).props(f'href="{at(sign_in_url(PATH))}"')
            with card("filters", words("history.filters")), tag("div", "filters"):
                self._fields = filter_fields(words, self._query)
            with card("found", words("history.found")):
                self._by = sort_field(words, self._query.by)
                self._problem = html().props("role=alert")
                self._billed = html(cards.billed(words, ""))
                self._invented = html()
                self._empty = html()
                self._table = SortedTable(
                    _columns(words),
                    caption=words("history.caption"),
                    details=words("history.details"),
                    rest=words("table.rest"),
                    on_sort=self._sort,
                    on_open=self._open,
                )
                self._pager = tag("div", "actions pager")
                with self._pager:
                    self._back = button(words("history.back")).on("click", self._turn_back)
                    self._on = button(words("history.on")).on("click", self._turn_on)
                    self._count = text("p", words("working"), "hint").props("role=status")
                    self._file = text("a", "", "btn").props("download")
            self._record = RecordDialog(words, record=use.record, erase=use.erase, then=self._again)
        visit.tell_mistakes(self._problem, self._record.problem)
        self._data = visit.data
        self._data.on_change(self._show_origin)
        for field in self._fields.values():
            field.on_value_change(self._filter)
        if self._by:
            self._by.on_value_change(lambda event: self._sort(str(event.value)))
        self._live = Live(use.review, self, client=visit.client, quiet=0.2)
        self._following: PredictionQuery | None = None

    async def first_look(self) -> None:
        """Show the newest."""
        self._table.show([], by=self._query.by, rising=self._query.rising)
        self._adjust()
        self._live(self._query, quiet=0)
        await self._live.first_answer()

    # what `Live` tells

    def busy(self) -> None:
        """Grey out the table while rows are loaded."""
        self._table.busy()

    def show(self, question: PredictionQuery, answer: ResultPage) -> None:
        """Show a page of rows."""
        rows = answer.rows[:_ROWS]
        self._problem.content = ""
        self._shown = {prediction.id: prediction for prediction in rows}
        self._following = question.following(rows[-1]) if len(answer.rows) > _ROWS else None
        by, rising = question.by, question.rising
        words = self._words
        free = cards.no_cost((prediction.chance.zero if prediction.chance else 0.0 for prediction in rows), words)
        self._table.columns(_columns(words, with_zero=bool(free)))
        cells = [_cells(prediction, words, *free[place : place + 1]) for place, prediction in enumerate(rows)]
        self._table.show(
            [(str(prediction.id), row) for prediction, row in zip(rows, cells, strict=True)], by=by, rising=rising
        )
        first = len(self._pages) * _ROWS
        self._count.text = _where(first, len(rows), answer.total, words) if rows else ""
        self._file.text = words("history.file", count=answer.total)
        self._empty.content = "" if rows else _nothing(question, words)
        self._table.visible = bool(rows)
        self._pager.visible = bool(rows or self._pages)
        self._show_origin()
        self._adjust()

    def _show_origin(self) -> None:
        """Say of which year the prices are, and if estimates of an earlier model rest on invented people."""
        words, origins = self._words, self._data.origins
        self._billed.content = cards.billed(words, prices(origins, words))
        some = origins is not None and any(
            origins.is_synthetic(prediction.model.version) for prediction in self._shown.values()
        )
        is_shown_above = origins is not None and origins.invented  # above the page already
        self._invented.content = (
            cards.notice("warn", words("model.synthetic") + ".", words("history.synthetic"))
            if some and not is_shown_above
            else ""
        )

    def fail(self) -> None:
        """Say that the rows could not be had; they are asked for again by themselves."""
        words = self._words
        self._problem.content = cards.notice("bad", words("history.away"), words("history.away.do"))
        self._count.text = ""

    # what a person does

    def _filter(self) -> None:
        parameters = {name: str(field.value or "") for name, field in self._fields.items()}
        order = {"by": self._query.by, "rising": self._query.rising, "limit": _ROWS + 1}
        self._start(replace(query_of(parameters, self._words.schema), **order))

    def _sort(self, key: str) -> None:
        self._start(sorted_by(self._query, key))

    def _start(self, query: PredictionQuery) -> None:
        self._pages = []
        ui.run_javascript(f"history.replaceState(history.state, '', {json.dumps(_path(query))})")
        self._ask(query)

    def _turn_on(self) -> None:
        if self._following:
            self._pages.append(self._query)
            self._ask(self._following)

    def _turn_back(self) -> None:
        if self._pages:
            self._ask(self._pages.pop())

    def _open(self, id: str) -> None:
        if prediction := self._shown.get(UUID(id)):
            self._record.open(prediction)

    def _again(self) -> None:
        self._live(self._query, quiet=0)

    def _ask(self, query: PredictionQuery) -> None:
        self._query = query
        self._live(query)

    def _adjust(self) -> None:
        """Grey the buttons that lead nowhere, and let the link lead to a file of what is looked for."""
        for control, leads in ((self._back, bool(self._pages)), (self._on, self._following is not None)):
            control.props["aria-disabled"] = "false" if leads else "true"
            control.update()
        query_string = address_of(self._query)
        self._file.props["href"] = at(f"{EXPORT}?{query_string}" if query_string else EXPORT)
        self._file.update()


def _where(before: int, shown: int, total: int, words: Words) -> str:
    first, last = words.count(before + 1), words.count(before + shown)
    rows = first if shown == 1 else words("history.rows.between", first=first, last=last)
    return words("history.rows", count=shown, rows=rows, total=words.count(total))


def _path(query: PredictionQuery) -> str:
    """Return the address of this page that asks for the same again, after a reload or in another tab."""
    query_string = address_of(query)
    return at(f"{PATH}?{query_string}" if query_string else PATH)


def _nothing(query: PredictionQuery, words: Words) -> Markup:
    if address_of(replace(query, by=BY_TIME, rising=False)) or query.before:
        return paragraph(words("history.none"), "empty")
    link = element("a", words("missing.do"), classes="btn", href=at("/"))
    return together(paragraph(words("history.empty"), "empty"), element("p", link))


def _columns(words: Words, *, with_zero: bool = False) -> list[Column]:
    return [
        Column("time", words("history.made"), sorts=True),
        *(
            Column(fact.name, words.short(fact), look, sorts=fact.kind.is_numeric)
            for fact, look in zip(words.schema.facts, fact_looks(words), strict=True)
        ),
        Column("typical", words("typical"), "number-cell strong", sorts=True),
        Column("expected", words("history.expected"), "number-cell wide", sorts=True),
        Column("range", words("range"), "number-cell wider"),
        *([Column("zero", words("zero"), "number-cell wider share-cell")] if with_zero else []),
        Column("outcome", words("history.outcome"), "number-cell wide"),
    ]


def _cells(prediction: Prediction, words: Words, *zero: str) -> list[str]:
    return [
        words.moment(prediction.created_at),
        *words.facts(prediction.beneficiary),
        words.money(prediction.typical),
        words.money(prediction.expected),
        words("range.value", low=words.money(prediction.interval.low), high=words.money(prediction.interval.high)),
        *zero,
        words.money(prediction.outcome.charges) if prediction.outcome else "—",
    ]
