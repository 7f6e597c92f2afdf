"""Which column of a file holds which fact: suggested, corrected by a person, and shown on the first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from domain.costs.scoring_task import FileKind
from domain.people.matching import Matching, denies, shared
from domain.people.notes import NO_NAME
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.pages.batch import views
from entrypoints.dashboard.pages.batch.background import KINDS, MOST_HERE
from entrypoints.dashboard.widgets.fields import SelectField

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from application.costs.score_people import GivenPeople
    from domain.people.fact import Fact
    from domain.ports.people_files import PeopleTable
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.pages.batch.uploads import Upload


class MatchCard:
    """The card that asks for a column of each fact, and for what to do with the people.

    Args:
        upload: the file.
        words: the words of the visit.
        start: scores the people now.
        hand_over: lets a job score them.
    """

    def __init__(
        self, upload: Upload, words: Words, start: Callable[[], object], hand_over: Callable[[], Awaitable[object]]
    ) -> None:
        self._upload, self._words = upload, words
        self._choices: dict[str, SelectField] = {}
        with card("match", words("batch.match"), words("batch.match.lead")) as section:
            self._name = text("p", "", "file-name")
            self._fields = tag("div", "filters matching")
            self._unused = html()
            self._preview = html("", "chart")
            self._kind = SelectField(
                name="result",
                value=FileKind.CSV.value,
                label=words("batch.jobs.format"),
                options=[(kind.value, words(f"batch.jobs.format.{kind}")) for kind in KINDS.values()],
            )
            self._long = text("p", words("batch.jobs.long", count=MOST_HERE), "hint")
            with tag("div", "actions"):
                self._here = button(words("batch.start"), "primary").on("click", start)
                button(words("batch.jobs.start")).on("click", hand_over)
                button(words("batch.other")).on("click", upload.clear)
        self.section: ui.element = section

    @property
    def kind(self) -> FileKind:
        """Return the kind of file that a job writes."""
        return FileKind(str(self._kind.value))

    def offer(self, given: GivenPeople) -> None:
        """Ask for the columns of a file."""
        words = self._words
        self._name.text = words("batch.name", name=self._upload.name, count=given.rows)
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
        self._kind.value = KINDS[given.table.kind].value
        self._here.visible = given.rows <= MOST_HERE
        self._long.visible = not self._here.visible
        self._foresee()

    def answer(self) -> Matching | None:
        """Return the columns; None if some are missing or shared, which are marked, and the first has the focus."""
        matching = self._matching()
        wrong = self._mark(matching, missing=True)
        if wrong:
            ui.run_javascript(f"document.getElementById('column-{wrong}').focus()")
            return None
        return matching

    def _matching(self) -> Matching:
        return {fact: str(choice.value) for fact, choice in self._choices.items() if choice.value}

    def _foresee(self) -> None:
        matching = self._matching()
        if given := self._upload.given:
            self._preview.content = views.preview(given.first, given.reading(matching), self._words)
            self._unused.content = views.unused(given.table, matching, self._words)
        self._mark(matching, missing=False)

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


def _offered(fact: Fact, table: PeopleTable, words: Words) -> Iterator[tuple[str, str]]:
    """Offer the columns that have a name; of one that denies, say that its yes counts as no."""
    for column in table.columns:
        if not column.startswith(NO_NAME):
            yield column, words("batch.turned", column=column) if denies(column, fact) else column
