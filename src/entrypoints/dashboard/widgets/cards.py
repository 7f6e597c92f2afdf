"""The content of the cards as HTML: each number with what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from domain.people.fact import in_language
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.widgets.recorded import translated
from entrypoints.dashboard.widgets.summary import meaning, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.costs.distribution import CostDistribution
    from domain.costs.explanation import PeopleAlike
    from domain.costs.prediction import Estimate, Prediction
    from domain.people.origin import DataOrigin
    from domain.people.schema import TodaysPrices
    from entrypoints.dashboard.locale.speech import Words

_PULLED = 1.05
"""The expected cost counts as pulled up from this many times the typical year's."""
_SELDOM = 0.01
"""Chances below this, or above what is left of it, are said in words."""
_LARGE = 8
"""Characters of an amount, such as $123,450, for which there is room in the largest print."""


def typical_year(estimate: Estimate, words: Words, prices: str, today: TodaysPrices | None = None) -> Markup:
    """Show the typical year, large, and say what it is.

    Args:
        estimate: whose typical year it is.
        words: the words of the visit.
        prices: says of which year the prices are.
        today: what turns those prices into today's; None where it is not known.
    """
    amount = words.money(estimate.cost.typical)
    return together(
        typical_label(words),
        paragraph(amount, "answer-number long" if len(amount) > _LARGE else "answer-number"),
        billed(words, prices),
        in_prices_of(today, estimate.cost.typical, words) if today else "",
    )


def rest(estimate: Estimate, words: Words) -> Markup:
    """Say the answer in a sentence; expected cost and likely range below it."""
    cost, likely = estimate.cost, estimate.cost.interval()
    means = meaning(cost, words)
    bounds = words("range.value", low=words.money(likely.low), high=words.money(likely.high))
    return together(
        paragraph(f"{sentence(cost, words)} {means}".rstrip(), "says"),
        element(
            "div",
            figure(words("expected"), words.money(cost.expected), expected_means(estimate, words)),
            figure(words("range"), bounds, words("range.means")),
            figure(words("zero"), zero, words("zero.means")) if (zero := of_hundred(cost.zero, words)) else "",
            classes="facts",
        ),
    )


def of_hundred(chance: float, words: Words) -> str:
    """Say how many of 100 people a chance is; empty for less than one, which is not worth saying."""
    return words("of.hundred", people=min(99, round(100 * chance))) if chance > _SELDOM else ""


def no_cost(chances: Iterable[float], words: Words) -> list[str]:
    """Say the chance of no cost of each row of a table; empty where it is worth saying of none, so needs no column."""
    sentences = [of_hundred(chance, words) for chance in chances]
    return [sentence or words("zero.seldom") for sentence in sentences] if any(sentences) else []


def costlier(cost: CostDistribution, amount: float, words: Words) -> str:
    """Say how many of 100 people cost more than an amount."""
    chance, money = cost.chance_above(amount), words.money(amount)
    if chance < _SELDOM:
        return words("above.few", amount=money)
    if chance > 1 - _SELDOM:
        return words("above.most", amount=money)
    return words("above.some", count=round(100 * chance), amount=money)


def billed(words: Words, prices: str) -> Markup:
    """Say what the figures are: the total bill before insurance pays, in prices of which year."""
    return paragraph(f"{words('billed')} {prices}", "hint billed")


def in_prices_of(today: TodaysPrices, amount: float, words: Words) -> Markup:
    """Say what an amount is in prices of a later year, by which factor, and where that comes from."""
    source = in_language(today.source, words.language)
    values = {"year": today.year, "amount": words.money(amount * today.factor), "factor": words.number(today.factor)}
    return paragraph(words("billed.today", **values, source=source), "hint billed")


def expected_means(estimate: Estimate, words: Words) -> str:
    """Say what the expected cost is, and that costly years pull it up where they do."""
    pulled = estimate.cost.expected > estimate.cost.typical * _PULLED
    return words("expected.means" if pulled else "expected.means.plain")


def typical_label(words: Words) -> Markup:
    """Name the typical year's number; the style sheet shows that it is old while the connection is cut."""
    return element("p", words("typical"), " ", element("span", words("old"), classes="old"), classes="label")


def working(words: Words) -> Markup:
    """Keep the place of the first answer."""
    return together(
        paragraph(words("typical"), "label"),
        element("p", "$0,000", classes="answer-number waiting", aria_hidden="true"),
        paragraph(words("working"), "means"),
    )


def notice(kind: str, title: str, text: str) -> Markup:
    """Show a sentence that matters more than the numbers: ``warn`` or ``bad``."""
    return element("p", element("b", title), " ", text, classes=f"notice {kind}")


def theirs(message: str, words: Words) -> Markup:
    """Repeat what another part said; what the catalogue does not know is marked as English."""
    translation = translated(message, words)
    return element("p", translation or message, classes="theirs", lang="" if translation else "en")


def cautions(estimate: Estimate | Prediction, words: Words) -> Markup:
    """Say why the model is guessing; empty if it is not."""
    if not estimate.cautions:
        return Markup()
    return notice("warn", words("rough"), " ".join(words.caution(caution) for caution in estimate.cautions))


def alike(people: PeopleAlike, words: Words) -> Markup:
    """Say how the nearest people in the data came out."""
    of = words("alike.of", total=words.count(people.total))
    headline = together(paragraph(words.count(people.count), "fact-number"), paragraph(of))
    if people.median is None or people.lower_quartile is None or people.upper_quartile is None:
        return headline + paragraph(words("alike.few"), "empty")
    half = words("range.value", low=words.money(people.lower_quartile), high=words.money(people.upper_quartile))
    rows = [(words("alike.median"), words.money(people.median), ""), (words("alike.half"), half, "")]
    details = element("div", definitions(rows, "pairs"), paragraph(words("alike.means"), "hint"))
    return element("div", element("div", headline), details, classes="alike")


def data_origin(origin: DataOrigin, words: Words) -> str:
    """Say what the data are, and of which year their costs; what somebody described is told in their words."""
    described = translated(origin.description, words) or origin.description
    what = words("model.file", file=origin.name) if origin.is_plain_file else described
    if origin.synthetic:
        return words("model.no_year", what=what)
    return words("model.year", what=what, year=origin.year) if origin.year else words("model.year_unknown", what=what)


def figure(label: str, value: str, means: str) -> Markup:
    """Show a number with its name above it, and what to do with it."""
    return element("div", paragraph(label, "label"), paragraph(means, "hint"), paragraph(value, "fact-number"))


def definitions(rows: Iterable[tuple[str, str, str] | tuple[str, str]], look: str) -> Markup:
    """List terms with their values and, where there are any, hints; ``look`` is ``tiles``, ``pairs`` or empty."""
    lines = [
        element(
            "div",
            element("dt", term),
            element("dd", value),
            *[element("dd", hint, classes="hint") for hint in hints if hint],
        )
        for term, value, *hints in rows
    ]
    return element("dl", *lines, classes=f"rows {look}".rstrip())
