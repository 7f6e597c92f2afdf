"""One row: the facts of the person, what their year cost, and what versions say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import MedcostError
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.layout.shell import button, html, tag
from entrypoints.dashboard.widgets import cards, model_facts
from entrypoints.dashboard.widgets.table import Dialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from application.models.compared_versions import Compared
    from domain.costs.prediction import Published
    from domain.models.judged_rows import JudgedRow
    from domain.people.beneficiary import Beneficiary
    from entrypoints.dashboard.locale.speech import Words


class RowDialog:
    """Shows a row at once, and what versions publish of the person when that has come.

    Args:
        words: the words of the visit.
        served: asks both versions about a person.
    """

    def __init__(self, words: Words, served: Callable[[Compared, Beneficiary], Awaitable[Sequence[Published]]]) -> None:
        self._words, self._served = words, served
        self._dialog = Dialog("row")
        with self._dialog.content():
            self._facts = html()
            self._answers = html().props("role=status")
            with tag("div", "actions"):
                button(words("history.close")).on("click", self._dialog.close)

    async def open(self, number: int, judged: JudgedRow, compared: Compared, names: Sequence[str]) -> None:
        """Show a row."""
        words = self._words
        schema = judged.beneficiary.schema
        facts = [(words.label(fact), words.value(fact, judged.beneficiary[fact.name])) for fact in schema.facts]
        costs = [(words("models.rows.cost"), words.whole(judged.cost))]
        for name, amount in zip(names, (judged.expected, judged.rival), strict=False):
            if amount is not None:
                sentence = words(
                    "models.rows.off", amount=words.whole(amount), error=words.signed(amount - judged.cost)
                )
                costs.append((words("models.rows.out_of_fold", name=name), sentence))
        self._facts.content = together(
            cards.definitions(costs, "pairs"),
            element("h3", words("models.rows.facts")),
            cards.definitions(facts, "pairs"),
        )
        self._answers.content = paragraph(words("working"))
        self._dialog.open(words("models.rows.row", number=words.count(number)))
        try:
            published = await self._served(compared, judged.beneficiary)
        except MedcostError as error:
            self._answers.content = cards.notice("warn", words("models.rows.no_answer"), "") + cards.theirs(
                str(error), words
            )
            return
        heads = [words(key) for key in ("models.version", "expected", "typical", "range")]
        lines = [
            (
                name, words.whole(it.expected), words.whole(it.typical),
                words("range.value", low=words.whole(it.interval.low), high=words.whole(it.interval.high)),
            )
            for name, it in zip(names, published, strict=False)
        ]  # fmt: skip
        self._answers.content = together(
            element("h3", words("models.rows.served")),
            paragraph(words("models.rows.served.means"), "hint"),
            model_facts.table(words("models.rows.served"), heads, lines),
        )
