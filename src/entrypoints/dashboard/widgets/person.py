"""The form that asks for the facts of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from nicegui import ui

from domain.people.beneficiary import Beneficiary
from domain.people.fact import in_language
from entrypoints.dashboard.layout.shell import card, html, tag, text
from entrypoints.dashboard.layout.spoken import Spoken
from entrypoints.dashboard.widgets.bmi import BmiHelper
from entrypoints.dashboard.widgets.fact_fields import fact_field, meaning, slider, step
from entrypoints.dashboard.widgets.fields import Field, NumberField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.errors import FieldError
    from domain.people.fact import Fact, Value
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.widgets.fact_fields import Ranges

_ALL_OPEN: Final = 12
"""Facts up to which all sections start open; of more, the first one only."""


class PersonForm:
    """The facts about one person, by section, each with its limits said before they are broken.

    Args:
        words: the words of the visitor's language.
        start: the values that the fields start with.
        on_change: called when a value changes.
        repeats: the key of what the bottom of a small screen calls the answer.
    """

    def __init__(
        self, words: Words, start: Mapping[str, Value], *, on_change: Callable[[], object], repeats: str = "typical"
    ) -> None:
        self._words, self._schema, self._start = words, words.schema, start
        self._section: dict[str, str] = {}
        self._marked: frozenset[str] = frozenset()
        with tag("div", "asking"), card("person", words("form"), classes="form"):
            self._fields: dict[str, Field] = {fact.name: field for fact, field in self._made()}
            self._spoken = Spoken()
            with tag("a", "peek").props('href="#answer"'):
                text("span", words(repeats))
                self._typical = text("b", "…")
                text("span", words("old"), "old")
                text("span", words("see"), "peek-do")
                self._picture = html("", "peek-picture")
        for field in self._fields.values():
            field.on_value_change(on_change)

    def _made(self) -> list[tuple[Fact, Field]]:
        sections: dict[str, list[Fact]] = {}
        for fact in self._schema.facts:
            sections.setdefault(in_language(fact.section, self._words.language), []).append(fact)
        made: list[tuple[Fact, Field]] = []
        for place, (title, facts) in enumerate(sections.items()):
            if title:
                with tag("details", "section").props(f"id=section-{place}") as section:
                    if place == 0 or self._schema.width <= _ALL_OPEN:
                        section.props("open")
                    text("summary", title)
                    made += [(fact, self._field(fact)) for fact in facts]
                self._section |= {fact.name: f"section-{place}" for fact in facts}
            else:
                made += [(fact, self._field(fact)) for fact in facts]
        return made

    def _field(self, fact: Fact) -> Field:
        field = fact_field(fact, self._words, value=self._start[fact.name])
        if fact.calculator == "bmi":
            BmiHelper(self._words, on_result=field.set_value)
        return field

    def facts(self) -> dict[str, object]:
        """Return what the fields hold, right or wrong; None where a number is none or a fact is left open."""
        return {name: meaning(self._schema.by_name[name], field.value) for name, field in self._fields.items()}

    def person(self) -> Beneficiary:
        """Read the person.

        Raises:
            InvalidBeneficiary: naming every field that is wrong.
        """
        return Beneficiary.of(self._schema, self.facts())

    def mark(self, errors: Sequence[FieldError]) -> None:
        """Show each error beside its field, and no others; they are said once nobody types."""
        sentences = {error.field: self._words.error(error) for error in reversed(errors)}
        for name, field in self._fields.items():
            field.error = sentences.get(name, "")
        self._spoken(" ".join(sentences.values()))
        marked = frozenset(self._section[name] for name in sentences if name in self._section)
        for section in marked - self._marked:
            ui.run_javascript(f"document.getElementById('{section}').open = true")
        self._marked = marked

    def offer(self, ranges: Ranges) -> None:
        """Let each slider move over the values in the data only; what is typed may be anything that is accepted."""
        for fact in self._schema.numeric:
            field = self._fields[fact.name]
            if (isinstance(field, NumberField)) and (offered := slider(fact, ranges)):
                field.offer(*offered, step(fact, *offered))

    def typical(self, amount: str, picture: Markup | None = None) -> None:
        """Repeat the answer at the bottom of a small screen, where the form hides it, with a small picture."""
        self._typical.text = amount
        self._picture.content = picture or Markup()
