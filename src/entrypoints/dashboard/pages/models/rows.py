"""The rows that versions were judged by: which people cost more or less than expected, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from dishka import FromDishka
from nicegui import background_tasks

from application.models.compared_versions import Compared, Pair
from application.models.review_models import ReviewModels
from application.models.review_rows import ReviewRows
from domain.costs.prediction import Published
from domain.models.judged_rows import JudgedRow
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.charts.score_table import legend_of
from entrypoints.dashboard.elements import paragraph
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html
from entrypoints.dashboard.pages.models import rows_charts
from entrypoints.dashboard.pages.models.expert_page import Answer, ExpertPage
from entrypoints.dashboard.pages.models.fit import names
from entrypoints.dashboard.pages.models.pair import pair_of
from entrypoints.dashboard.pages.models.row_dialog import RowDialog
from entrypoints.dashboard.pages.models.row_filter import RowFilter
from entrypoints.dashboard.widgets.table import Column, SortedTable, fact_looks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from markupsafe import Markup
    from nicegui.events import EChartPointClickEventArguments

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit

_MOST: Final = 25
"""Rows of the table: those with the largest errors."""
_ORDERS: Final = {
    "error": lambda row: abs(row[1].error),
    "cost": lambda row: row[1].cost,
    "own": lambda row: row[1].expected,
    "rival": lambda row: row[1].rival or 0.0,
}


async def look(
    pair: Pair, review: FromDishka[ReviewModels], rows: FromDishka[ReviewRows]
) -> Answer[Sequence[JudgedRow]]:
    """Read the versions with their rows."""
    reviewed = await rows(pair)
    return Answer(await review(), reviewed.versions, reviewed.rows)


async def ask_both(compared: Compared, person: Beneficiary, rows: FromDishka[ReviewRows]) -> Sequence[Published]:
    """Ask both versions about a person."""
    return await rows.served(compared, person)


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    ask, served = inject(look), inject(ask_both)

    async def build(visit: Visit) -> None:
        await RowsPage(visit, ask, served).first_look()

    return Page("/models/rows", "models.rows", build, admin=True, in_menu=False, part_of="/models")


class RowsPage(ExpertPage[Sequence[JudgedRow]]):
    """The open page of one browser."""

    def __init__(
        self,
        visit: Visit,
        ask: Callable[[Pair], Awaitable[Answer[Sequence[JudgedRow]]]],
        served: Callable[[Compared, Beneficiary], Awaitable[Sequence[Published]]],
    ) -> None:
        super().__init__("rows", visit, ask)
        self._filter = RowFilter.of(self.query, visit.words.schema)
        self._dialog = RowDialog(visit.words, served)
        self._shown: dict[int, JudgedRow] = {}
        self._by, self._rising = "error", False

    @property
    def query_parameters(self) -> Mapping[str, str]:
        """Return the rows that are looked at."""
        return self._filter.query

    def build(self, answer: Answer[Sequence[JudgedRow]]) -> None:
        """Show whom the rows are of, how the versions did on them, and the rows."""
        words, named = self.words, names(answer.compared, self)
        self._compared, self._names = answer.compared, named
        numbered = dict(enumerate(answer.figures, 1))
        chosen = set(map(id, self._filter.chosen(answer.figures)))
        self._shown = {number: judged for number, judged in numbered.items() if id(judged) in chosen}
        rows = list(self._shown.values())
        with card("who", words("models.rows.filter")):
            form = self._filter.form(pair_of(self.query), words.schema, words)
            html(form + self._verdict(answer.figures, rows))
        if not rows:
            return
        html(legend_of(named))
        with card("along", words("models.rows.ratios", fact=words.label(self._filter.along))):
            html(paragraph(words("models.rows.ratios.lead"), "lead-in"))
            html(rows_charts.along(rows, self._filter, named, words))
        with card("scatter", words("models.rows.scatter")):
            html(paragraph(words("models.rows.scatter.lead"), "lead-in"))
            rows_charts.scatter(list(self._shown.items()), named, words, self._clicked)
        with card("rows", words("models.rows.list")):
            html(paragraph(words("models.rows.list.lead", count=min(len(rows), _MOST)), "lead-in"))
            self._table = SortedTable(
                self._columns(), caption=words("models.rows.list"), details=words("history.details"),
                rest=words("table.rest"), on_sort=self._sort, on_open=self._open,
            )  # fmt: skip
            self._fill()

    def _verdict(self, everybody: Sequence[JudgedRow], rows: Sequence[JudgedRow]) -> Markup:
        words = self.words
        if not everybody:
            return paragraph(words("models.rows.none"), "empty")
        if not rows:
            return paragraph(words("models.rows.nobody"), "empty")
        who = self._filter.describe(words)
        count = paragraph(
            words("models.rows.count", count=len(rows), of=words.count(len(everybody)), who=who), "lead-in"
        )
        return count + rows_charts.verdict(rows, who, self._names, words)

    def _columns(self) -> list[Column]:
        words, schema = self.words, self.words.schema
        amounts = [("error", words("models.rows.error")), ("cost", words("models.rows.cost")), ("own", self._names[0])]
        amounts += [("rival", self._names[1])] if len(self._names) > 1 else []
        looks = fact_looks(words, always=0)
        return [
            Column("number", words("models.rows.number")),
            *[Column(key, text, f"number-cell {_LOOKS.get(key, '')}".strip(), sorts=True) for key, text in amounts],
            *[Column(fact.name, words.short(fact), look) for fact, look in zip(schema.facts, looks, strict=True)],
        ]

    def _fill(self) -> None:
        words = self.words
        ordered = sorted(self._shown.items(), key=_ORDERS[self._by], reverse=not self._rising)[:_MOST]
        lines: list[tuple[str, list[str]]] = []
        for number, judged in ordered:
            amounts = [words.signed(judged.error), words.whole(judged.cost), words.whole(judged.expected)]
            if len(self._names) > 1:
                amounts.append("—" if judged.rival is None else words.whole(judged.rival))
            lines.append((str(number), [words.count(number), *amounts, *words.facts(judged.beneficiary)]))
        self._table.show(lines, by=self._by, rising=self._rising)

    def _sort(self, by: str) -> None:
        if by in _ORDERS:
            self._rising = not self._rising if by == self._by else False
            self._by = by
            self._fill()

    def _clicked(self, event: EChartPointClickEventArguments) -> None:
        if isinstance(event.data, list) and len(event.data) > _ROW:
            self._open(str(event.data[_ROW]))

    def _open(self, id: str) -> None:
        number = int(id) if id.isdecimal() else 0
        if judged := self._shown.get(number):
            opened = self._dialog.open(number, judged, self._compared, self._names)
            background_tasks.create(opened, name="row", context=self.visit.client)


_LOOKS: Final = {"error": "with-sign", "rival": "wide"}
_ROW: Final = 2
"""Place of the row's number in a point."""
