"""What the cards say, as HTML: each number with what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.widgets.summary import meaning, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.costs.distribution import CostDistribution
    from domain.costs.explanation import PeopleAlike
    from domain.costs.prediction import Estimate, ModelReference, Prediction
    from domain.models.model import ModelVersion
    from domain.people.claims import DataOrigin
    from entrypoints.dashboard.locale.speech import Words

_PULLED = 1.05
"""The expected cost counts as pulled up from this many times the typical year's."""
_SELDOM = 0.01
"""Chances below this, or above what is left of it, are said in words."""
_SHORT = 12
"""Digits of a fingerprint that are enough to compare by eye."""


def figures(estimate: Estimate, words: Words, prices: str) -> Markup:
    """Say the answer in a sentence, then give the typical year, large; expected cost and likely range below it.

    ``prices`` says of which year the prices are.
    """
    cost, likely = estimate.cost, estimate.cost.interval()
    means = meaning(cost, words)
    bounds = words("range.value", low=words.money(likely.low), high=words.money(likely.high))
    return together(
        paragraph(sentence(cost, words), "says"),
        typical_label(words),
        paragraph(words.money(cost.typical), "answer-number"),
        paragraph(means, "means") if means else "",
        billed(words, prices),
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
    said = [of_hundred(chance, words) for chance in chances]
    return [one or words("zero.seldom") for one in said] if any(said) else []


def costlier(cost: CostDistribution, amount: float, words: Words) -> str:
    """Say how many of 100 people cost more than an amount."""
    chance, said = cost.chance_above(amount), words.money(amount)
    if chance < _SELDOM:
        return words("above.few", amount=said)
    if chance > 1 - _SELDOM:
        return words("above.most", amount=said)
    return words("above.some", count=round(100 * chance), amount=said)


def billed(words: Words, prices: str) -> Markup:
    """Say what the figures are: the total bill before insurance pays, in prices of which year."""
    return paragraph(f"{words('billed')} {prices}", "hint billed")


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
    """Give a sentence that matters more than the numbers: ``warn`` or ``bad``."""
    return element("p", element("b", title), " ", text, classes=f"notice {kind}")


def theirs(said: str) -> Markup:
    """Repeat what another part said, as it said it: in English."""
    return element("p", said, classes="theirs", lang="en")


def cautions(estimate: Estimate | Prediction, words: Words) -> Markup:
    """Say why the model is guessing; empty if it is not."""
    if not estimate.cautions:
        return Markup()
    return notice("warn", words("rough"), " ".join(words.caution(caution) for caution in estimate.cautions))


def alike(people: PeopleAlike, words: Words) -> Markup:
    """Say how the nearest people in the data came out."""
    of = words("alike.of", total=words.count(people.total))
    found = together(paragraph(words.count(people.count), "fact-number"), paragraph(of))
    if people.median is None or people.lower_quartile is None or people.upper_quartile is None:
        return found + paragraph(words("alike.few"), "empty")
    half = words("range.value", low=words.money(people.lower_quartile), high=words.money(people.upper_quartile))
    rows = [(words("alike.median"), words.money(people.median), ""), (words("alike.half"), half, "")]
    told = element("div", definitions(rows, "pairs"), paragraph(words("alike.means"), "hint"))
    return element("div", element("div", found), told, classes="alike")


def model(version: ModelVersion, words: Words) -> Markup:
    """Say which model answers, from what it learned, and how well it does on people it has not seen."""
    card = version.card
    scores = card.cross_validation
    held = round(100 * scores.interval.coverage)
    name = words("model.version.value", number=version.number, family=words.family(card.recipe.family))
    origin = data_origin(card.origin, words)
    rows = [
        (words("model.version"), name, ""),
        (words("model.data"), words("model.rows", count=card.people or card.rows), origin),
        (words("model.miss"), words.money(scores.typical.mae), words("model.miss.means")),
        (words("model.held"), words("model.held.value", held=held), words("model.held.means", held=held)),
        (words("model.made"), words.day(version.registered_at), ""),
        (words("model.digest"), version.digest[:_SHORT], ""),
    ]
    return definitions(rows, "tiles")


def data_origin(origin: DataOrigin, words: Words) -> str:
    """Say what the data are, and of which year their costs; what somebody described is told in their words."""
    what = words("model.file", file=origin.name) if origin.is_plain_file else origin.description
    if origin.synthetic:
        return words("model.no_year", what=what)
    return words("model.year", what=what, year=origin.year) if origin.year else words("model.year_unknown", what=what)


def stand_in(reference: ModelReference, words: Words) -> Markup:
    """Say that no model was trained, and what answers instead."""
    return paragraph(words("model.none", version=reference.version, digest=reference.digest[:_SHORT]))


def last(predictions: Sequence[Prediction], words: Words, fresh: UUID | None = None) -> Markup:
    """List recorded estimates, newest first; ``fresh`` is the one just saved here."""
    if not predictions:
        return paragraph(words("last.empty"), "empty")
    return element("ol", *[_line(one, words, fresh=one.id == fresh) for one in predictions], classes="last")


def _line(one: Prediction, words: Words, *, fresh: bool) -> Markup:
    bounds = words("last.range", low=words.money(one.interval.low), high=words.money(one.interval.high))
    typical = element("b", words.money(one.typical))
    return element(
        "li",
        element("span", words.person(one.beneficiary), classes="who"),
        element("span", typical, " ", element("small", words("last.typical")), classes="usd"),
        element("time", words.moment(one.created_at), datetime=one.created_at.isoformat()),
        element("span", bounds, classes="bounds"),
        classes="fresh" if fresh else "",
    )


def figure(label: str, value: str, means: str) -> Markup:
    """Give a number with its name above it, and what to do with it."""
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
