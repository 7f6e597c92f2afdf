"""What versions' answers depend on: which facts matter, the cost along a fact, and two facts together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dishka import FromDishka

from application.models.compared_versions import Pair
from application.models.explore_fact import ExploredFact, ExploreFact
from application.models.explore_pair import ExploredPair, ExplorePair
from application.models.rank_facts import RankedFacts, RankFacts
from application.models.read_people import ReadPeople
from application.models.review_models import ReviewModels
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.charts.score_table import legend_of
from entrypoints.dashboard.elements import element, paragraph
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html, tag
from entrypoints.dashboard.pages.models import dependence_charts
from entrypoints.dashboard.pages.models.expert_page import Answer, ExpertPage
from entrypoints.dashboard.pages.models.fit import names
from entrypoints.dashboard.pages.models.pair import hidden_pair, pair_of, select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from domain.people.schema import Schema
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit


@dataclass(frozen=True, slots=True)
class Explored:
    """Everything the page shows. ``two_facts`` is None where the schema has one fact only."""

    ranked: RankedFacts
    fact: ExploredFact
    two_facts: ExploredPair | None


async def look(
    facts: tuple[str, str],
    pair: Pair,
    review: FromDishka[ReviewModels],
    read: FromDishka[ReadPeople],
    rank: FromDishka[RankFacts],
    explore: FromDishka[ExploreFact],
    explore_pair: FromDishka[ExplorePair],
) -> Answer[Explored]:
    """Ask versions about people of the training data."""
    first, second = facts
    people = await read(pair)
    ranked = await rank(people)
    explored = await explore(people, first)
    two = await explore_pair(people, first, second) if first != second else None
    return Answer(await review(), ranked.versions, Explored(ranked, explored, two))


def page(inject: Inject) -> Page:
    """Make the page over its use cases; ``inject`` is the guard's."""
    ask = inject(look)

    async def build(visit: Visit) -> None:
        facts = chosen(visit.client.request.query_params, visit.words.schema)
        await FactsPage("facts", visit, partial(ask, facts)).first_look()

    return Page("/models/facts", "models.facts", build, admin=True, in_menu=False, part_of="/models")


def chosen(query: Mapping[str, str], schema: Schema) -> tuple[str, str]:
    """Read two different facts from an address; by default the first two of the schema.

    >>> from tests.support.default_schema import DEFAULT
    >>> chosen({"fact": "bmi"}, DEFAULT), chosen({"fact": "hat", "other": "smoker"}, DEFAULT)
    (('bmi', 'age'), ('age', 'smoker'))
    """
    first = query.get("fact", "")
    first = first if first in schema.by_name else schema.names[0]
    second = query.get("other", "")
    if second not in schema.by_name or second == first:
        second = next((name for name in schema.names if name != first), first)
    return first, second


class FactsPage(ExpertPage[Explored]):
    """The open page of one browser."""

    @property
    def query_parameters(self) -> Mapping[str, str]:
        """Return the facts that are looked at."""
        first, second = chosen(self.query, self.words.schema)
        return {"fact": first, "other": second}

    def build(self, answer: Answer[Explored]) -> None:
        """Show the figures, or why there are none."""
        words, named, figures = self.words, names(answer.compared, self), answer.figures
        if not figures.ranked.people:
            with card("missing", words("models.missing.rows")):
                html(paragraph(words("models.missing.rows.do"), "lead-in"))
            return
        html(legend_of(named))
        with card("importance", words("models.importance")):
            html(paragraph(words("models.importance.lead", count=figures.ranked.people), "lead-in"))
            html(dependence_charts.importances(named, figures.ranked.own, figures.ranked.rival, words))
        with card("choose", words("models.facts.choose")):
            html(self._form())
        explored = figures.fact
        with card("dependence", words("models.dependence.of", fact=words.label(explored.fact))):
            html(paragraph(words("models.dependence.lead", count=explored.people), "lead-in"))
            sides = [side for side in zip(named, (explored.own, explored.rival), strict=False) if side[1]]
            if sides:
                with tag("div", "side-by-side"):
                    dependence_charts.dependence(explored.fact, sides, explored.people, words)
            else:
                html(paragraph(words("models.rows.none_along", fact=words.label(explored.fact)), "empty"))
        if figures.two_facts:
            self._together(figures.two_facts, named)

    def _together(self, two: ExploredPair, named: list[str]) -> None:
        words = self.words
        title = words("models.together", one=words.short(two.first), two=words.short(two.second))
        with card("together", title):
            html(paragraph(words("models.together.lead", count=two.people), "lead-in"))
            surfaces = [(name, surface) for name, surface in zip(named, (two.own, two.rival), strict=False) if surface]
            if not surfaces:
                html(paragraph(words("models.rows.none_along", fact=title), "empty"))
            most = max((cost for _, surface in surfaces for row in surface.expected for cost in row), default=0.0)
            with tag("div", "side-by-side"):
                for name, surface in surfaces:
                    with tag("div"):
                        html(element("h3", name))
                        html(paragraph(words("models.together.strength", strength=f"{surface.strength:.2f}"), "hint"))
                        html(
                            dependence_charts.heat_map(two.first, two.second, surface, f"{title}, {name}", most, words)
                        )

    def _form(self) -> Markup:
        words, pair = self.words, pair_of(self.query)
        first, second = chosen(self.query, words.schema)
        facts = [(fact.name, words.label(fact)) for fact in words.schema.facts]
        return element(
            "form",
            select("fact", words("models.fact"), facts, first),
            select("other", words("models.facts.other"), facts, second),
            *hidden_pair(pair),
            element("button", words("models.pair.show"), type="submit", classes="btn"),
            method="get",
            action=at("/models/facts"),
            classes="pair",
        )
