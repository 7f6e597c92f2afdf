"""The quote of a group: what the people of a file cost all together, and cover against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.costs.group import ATTACHMENT, MOST_PEOPLE, GroupTerms
from domain.errors import InvalidInput, Unavailable, UnreadableFile
from entrypoints.dashboard.elements import cell, element, head, paragraph, row, table, together
from entrypoints.dashboard.layout.shell import button, card, html, tag
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.amount import typed_amount
from entrypoints.dashboard.widgets.fields import InputField

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from markupsafe import Markup
    from nicegui import ui

    from application.costs.quote_group import QuotedGroup
    from domain.costs.drivers import Driver
    from domain.costs.group import GroupQuote
    from domain.costs.scored_people import ScoredPeople
    from domain.people.table_reading import TableReading
    from domain.ports.people_files import PeopleTable
    from entrypoints.dashboard.locale.speech import Words

_SELDOM: Final = 0.005
_DRIVERS: Final = 4
"""Facts that are named."""


class GroupCard:
    """The card that asks for an attachment and shows the quote.

    Args:
        words: the words of the visit.
        quote: quotes the people of a table.
    """

    def __init__(
        self, words: Words, quote: Callable[[PeopleTable, TableReading, GroupTerms], Awaitable[QuotedGroup]]
    ) -> None:
        self._words, self._quote = words, quote
        self._table: PeopleTable | None = None
        self._scored: ScoredPeople | None = None
        with card("group", words("group"), words("group.lead")) as section:
            self._attachment = InputField(
                name="attachment",
                label=words("group.attachment"),
                hint=words("group.attachment.help"),
                kind="text",
                value=f"{ATTACHMENT:,.0f}",
                unit=words.currency,
            )
            with tag("div", "actions"):
                button(words("group.start"), "primary").on("click", self._ask)
            self._shown = html().props("role=status")
        self.section: ui.element = section

    def offer(self, people: PeopleTable, scored: ScoredPeople) -> bool:
        """Take the people of a file that was scored; tell whether they are a group that can be quoted."""
        self._table, self._scored = people, scored
        self._shown.content = ""
        return 1 <= scored.good <= MOST_PEOPLE

    async def _ask(self) -> None:
        words = self._words
        attachment = typed_amount(self._attachment, words)
        if attachment is None:
            self._attachment.error = words("above.help")
        if attachment is None or self._table is None or self._scored is None:
            return
        self._shown.content = cards.working(words)
        try:
            quoted = await self._quote(self._table, self._scored.reading, GroupTerms(attachment=attachment))
        except (Unavailable, InvalidInput, UnreadableFile):
            self._shown.content = cards.notice("bad", words("group.failed"), words("group.failed.do"))
        else:
            self._shown.content = figures(quoted.quote, words)


def figures(quote: GroupQuote, words: Words) -> Markup:
    """Show a quote: the total, cover of each person, cover of the group, who and what weighs most."""
    interval, specific, aggregate = quote.interval, quote.specific, quote.aggregate
    total = (
        cards.figure(
            words("group.expected"),
            words.whole(quote.expected),
            words("group.people", count=quote.people),
        ),
        cards.figure(
            words("range"),
            words("range.value", low=words.whole(interval.low), high=words.whole(interval.high)),
            words("group.range.means", error=words.whole(max(1.0, quote.standard_error))),
        ),
        cards.figure(words("group.month"), words.whole(quote.per_member_per_month), words("group.month.means")),
    )
    specifics = [
        (words("group.excess"), words.whole(specific.expected_excess)),
        (words("group.expected_people"), words.number(round(specific.expected_people, 1))),
        (words("group.anybody"), chance(specific.chance, words)),
    ]
    aggregates = [
        (words("group.attachment.group"), words.whole(aggregate.attachment)),
        (words("group.above"), chance(aggregate.chance, words)),
        (words("group.excess"), words.whole(aggregate.expected_excess)),
    ]
    percent = words.share(aggregate.corridor)
    return together(
        element("div", *total, classes="facts plain"),
        element("h3", words("group.specific", amount=words.whole(specific.attachment))),
        cards.definitions(specifics, "pairs"),
        element("h3", words("group.aggregate", percent=percent)),
        cards.definitions(aggregates, "pairs"),
        paragraph(words("group.aggregate.means"), "hint"),
        *([_drivers(quote, words)] if quote.drivers else []),
        element("h3", words("group.contributors")),
        _contributors(quote, words),
        paragraph(words("group.independent" if quote.level_error is None else "group.error"), "hint"),
    )


def chance(probability: float, words: Words) -> str:
    """Say a chance of a year, in years of a hundred."""
    if probability < _SELDOM:
        return words("group.years.few")
    return words("group.years", years=min(99, round(100 * probability)))


def _drivers(quote: GroupQuote, words: Words) -> Markup:
    lines = [
        element("li", _driver(driver, quote.people, words)) for driver in quote.drivers[:_DRIVERS] if driver.explains
    ]
    return together(
        element("h3", words("group.drivers")), element("ul", *lines), paragraph(words("what_if.note"), "hint")
    )


def _driver(driver: Driver, everybody: int, words: Words) -> str:
    fact = words.schema.by_name[driver.fact]
    first, last = driver.values[0], driver.values[-1]
    who = words.of(fact, first)
    if first != last:
        who += f" {words('group.up_to')} {words.value(fact, last)}"
    people, share = words.share(driver.people / everybody), words.share(driver.share)
    return words("group.driver", who=who, people=people, share=share)


def _contributors(quote: GroupQuote, words: Words) -> Markup:
    keys = ("history.expected", "group.share", "group.above.person")
    attachment = words.whole(quote.specific.attachment)
    heads = [head(words("batch.table.row")), *(head(words(key, amount=attachment), "number-cell") for key in keys)]
    rows = [
        row(
            words.count(contributor.row),
            cell(words.whole(contributor.expected), "number-cell"),
            cell(words.share(contributor.share, 1), "number-cell"),
            cell(words.share(contributor.chance_above, 1), "number-cell"),
        )
        for contributor in quote.contributors
    ]
    shown = table(words("group.contributors"), heads, rows, "sorted")
    return element("section", shown, classes="scrolling", tabindex="0", aria_label=words("group.contributors"))
