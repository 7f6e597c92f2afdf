"""The schema and the data that versions learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dishka import FromDishka

from application.models.compared_versions import Pair, compared
from application.models.review_models import ReviewModels
from entrypoints.dashboard.elements import cell, element, head, paragraph, row, scrolling, together
from entrypoints.dashboard.elements import table as drawn_table
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html
from entrypoints.dashboard.pages.models.expert_page import Answer, ExpertPage
from entrypoints.dashboard.pages.models.fit import names
from entrypoints.dashboard.widgets import cards, model_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from domain.models.model import ModelCard
    from domain.people.fact import Fact
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words

_SHORT = 12
"""Digits of a fingerprint that are enough to compare by eye."""
_BARS = 24
"""Columns of a small histogram."""


async def look(pair: Pair, review: FromDishka[ReviewModels]) -> Answer[None]:
    """Read the versions."""
    return Answer(await review(), await compared(review.ledger, pair), None)


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    ask = inject(look)

    async def build(visit: Visit) -> None:
        await DataPage("data", visit, ask).first_look()

    return Page("/models/data", "models.data", build, admin=True, in_menu=False, part_of="/models")


class DataPage(ExpertPage[None]):
    """The open page of one browser."""

    def build(self, answer: Answer[None]) -> None:
        """Show the rows, and how each fact is spread over the people."""
        words, named = self.words, names(answer.compared, self)
        of_all = [(name, version.card) for name, version in zip(named, answer.compared.both, strict=True)]
        with card("learned", words("models.rows")):
            html(_learned(of_all, words))
        with card("facts", words("models.data.facts")):
            html(paragraph(words("models.data.facts.lead"), "lead-in") + _facts(of_all, words))


def _learned(of_all: Sequence[tuple[str, ModelCard]], words: Words) -> Markup:
    columns = [_about(card, words) for _, card in of_all]
    heads = [words("models.figure"), *[name for name, _ in of_all]]
    lines = [(key, *[column[key] for column in columns]) for key in columns[0]]
    return model_facts.table(words("models.rows"), heads, lines, "ledger")


def _about(card: ModelCard, words: Words) -> dict[str, str]:
    subject, periods = card.subject, card.curves.periods if card.curves else ()
    ends = {"low": periods[0].period, "high": periods[-1].period} if len(periods) > 1 else {}
    named = words("range.value", **ends) if ends else ""
    return {
        words("models.data.origin"): cards.data_origin(card.origin, words),
        words("models.people"): words.count(card.rows),
        words("models.data.people"): words.count(card.people) if card.people else model_facts.NONE,
        words("models.data.period"): named or card.origin.year or words("models.data.period.none"),
        words("models.data.digest"): card.data_digest[:_SHORT],
        words("models.data.schema"): subject.schema[:_SHORT] if subject else model_facts.NONE,
        words("models.data.currency"): card.currency,
        words("models.data.test"): words.count(card.test.rows),
        words("models.made"): words.moment(card.created_at),
        words("models.data.revision"): card.provenance.git_revision[:_SHORT] or model_facts.NONE,
    }


def _facts(of_all: Sequence[tuple[str, ModelCard]], words: Words) -> Markup:
    if len({card.data_digest for _, card in of_all}) == 1:
        of_all = of_all[:1]  # the same rows are shown once
    gaps = any(fact.may_be_missing for fact in words.schema.facts)
    heads = [head(words("models.fact")), head(words("models.data.kind"))]
    for name, _ in of_all:
        before = f"{name}: " if len(of_all) > 1 else ""
        titles = [words("models.data.range"), words("models.data.spread")]
        heads += [head(before + title) for title in (*titles, *([words("models.data.missing")] if gaps else []))]
    rows = [
        row(
            words.label(fact),
            cell(words(f"models.kind.{fact.kind.value}")),
            *[part for _, card in of_all for part in _fact(fact, card, words)[: 3 if gaps else 2]],
        )
        for fact in words.schema.facts
    ]
    table = drawn_table(words("models.data.facts"), heads, rows, "facts-table")
    return scrolling(table, words("models.data.facts"))


def _fact(fact: Fact, card: ModelCard, words: Words) -> list[Markup]:
    counts = card.profile.counts.get(fact.name, ()) if card.profile else ()
    if not counts:
        return [cell(model_facts.NONE)] * 3
    ends = card.ranges.get(fact.name)
    values = [fact.value(value) for value, _ in counts]
    sentence = (
        words("range.value", low=words.number(ends[0]), high=words.number(ends[1]))
        if ends
        else ", ".join(words.value(fact, value) for value in values)  # type: ignore[arg-type]  # a value of the fact
    )
    gaps = card.profile.gaps(fact.name) if card.profile else 0.0
    return [cell(sentence), cell(_histogram(fact, counts)), cell(words.share(gaps, 1) if gaps else "0")]


def _histogram(fact: Fact, counts: Sequence[tuple[float, int]]) -> Markup:
    """Draw how many people have which values; a number is cut into equal parts of its range."""
    heights = [float(count) for _, count in counts]
    if fact.kind.is_numeric and len(counts) > _BARS:
        low, high = counts[0][0], counts[-1][0]
        heights = [0.0] * _BARS
        for value, count in counts:
            heights[min(int(_BARS * (value - low) / (high - low)), _BARS - 1)] += count
    most = max(heights)
    drawn = [element("i", style=f"height:{100 * height / most:.0f}%") for height in heights]
    return element("div", together(*drawn), classes="histogram", aria_hidden="true")
