"""Response schemas of an installation's facts; the keys are those of a schema file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from domain.people.fact import ANY_LANGUAGE, NO, YES, in_language

if TYPE_CHECKING:
    from domain.people.fact import Fact, Words
    from domain.people.schema import CostColumn, Schema

LANGUAGES: Final = ("en", "es")
_TextByLanguage = Annotated[dict[str, str], Meta(description="A text for each language, `en` and `es` at least")]


class FactOut(msgspec.Struct, frozen=True):
    """A fact: its kind, allowed values and labels."""

    name: Annotated[str, Meta(description="Key in JSON")]
    kind: Literal["whole", "number", "flag", "choice"]
    low: Annotated[int | float | None, Meta(description="Lowest number; null for no limit")]
    high: Annotated[int | float | None, Meta(description="Highest number; null for no limit")]
    unit: Annotated[str, Meta(description="Of numbers; empty for none")]
    units: Annotated[dict[str, str], Meta(description="The unit by language, where languages differ")]
    choices: Annotated[list[str], Meta(description="In the order of their codes; empty for other kinds")]
    missing: Annotated[Literal["allowed", "refused"], Meta(description="Whether null, or no such key, is accepted")]
    column: Annotated[str, Meta(description="Its column in files")]
    aliases: Annotated[list[str], Meta(description="Other names that its column may have")]
    spellings: Annotated[dict[str, list[str]], Meta(description="Other words for a choice, or for `yes` and `no`")]
    label: _TextByLanguage
    help: Annotated[dict[str, str], Meta(description="A text for each language; empty for none")]
    words: Annotated[dict[str, dict[str, str]], Meta(description="Names of choices for people, by language")]
    section: Annotated[dict[str, str], Meta(description="Part of the form; empty for none")]

    @classmethod
    def of(cls, fact: Fact) -> FactOut:
        """Convert a fact."""
        labelled = {choice: fact.choice_labels.get(choice, {}) for choice in fact.choices or (NO, YES)}
        return cls(
            name=fact.name,
            kind=fact.kind.value,
            low=_plain(fact.low),
            high=_plain(fact.high),
            unit=fact.unit,
            units=_by_language(fact.unit_words),
            choices=list(fact.choices),
            missing="allowed" if fact.may_be_missing else "refused",
            column=fact.header,
            aliases=list(fact.aliases),
            spellings={choice: list(texts) for choice, texts in fact.spellings.items()},
            label=_by_language(fact.label, fact.name),
            help=_by_language(fact.help),
            words={}
            if fact.kind.is_numeric
            else {choice: _by_language(words, choice) for choice, words in labelled.items()},
            section=_by_language(fact.section),
        )


class TodayOut(msgspec.Struct, frozen=True):
    """The factor that converts prices of the costs' year to those of a later year, and its source."""

    factor: float
    year: int
    source: Annotated[dict[str, str], Meta(description="A text for each language")]


class CostOut(msgspec.Struct, frozen=True):
    """The cost that is predicted: its column in files, its currency (ISO 4217), and the year of its prices."""

    column: str
    currency: str
    year: Annotated[int | None, Meta(description="Null where it is not documented")]
    today: Annotated[TodayOut | None, Meta(description="Shown beside amounts, never predicted; null where unknown")]

    @classmethod
    def of(cls, cost: CostColumn) -> CostOut:
        """Convert the column of costs."""
        today = cost.today and TodayOut(cost.today.factor, cost.today.year, _by_language(cost.today.source))
        return cls(cost.column, cost.currency, cost.year, today)


class SchemaOut(msgspec.Struct, frozen=True):
    """The facts of this installation, in their order, and the predicted cost."""

    name: str
    digest: Annotated[str, Meta(description="SHA-256 of what changes an answer or the meaning of a value")]
    title: Annotated[dict[str, str], Meta(description="A text for each language; empty for none")]
    cost: CostOut
    facts: list[FactOut]
    groups: Annotated[list[str], Meta(description="Groups of people that are reported on by themselves")]

    @classmethod
    def of(cls, schema: Schema) -> SchemaOut:
        """Convert a schema."""
        return cls(
            name=schema.name,
            digest=schema.digest,
            title=_by_language(schema.title),
            cost=CostOut.of(schema.cost),
            facts=[FactOut.of(fact) for fact in schema.facts],
            groups=[group.name for group in schema.reported_groups],
        )


def _by_language(words: Words, default: str = "") -> dict[str, str]:
    """Return a text in each of its languages and at least in those of the pages; empty if there is no text."""
    if not words and not default:
        return {}
    languages = dict.fromkeys((*LANGUAGES, *words))
    return {each: in_language(words, each, default) for each in languages if each != ANY_LANGUAGE}


def _plain(number: float | None) -> int | float | None:
    return int(number) if number is not None and float(number).is_integer() else number
