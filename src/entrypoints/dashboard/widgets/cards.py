"""What the cards say, as strings of HTML: each number with what to do with it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from entrypoints.dashboard.widgets.summary import meaning, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def figures(estimate: Estimate, words: Words, prices: str) -> str:
    """Say the answer in a sentence, then give the typical year, large; expected cost and likely range below it.

    ``prices`` says of which year the prices are.
    """
    cost, likely = estimate.cost, estimate.cost.interval()
    means = meaning(cost, words)
    bounds = words("range.value", low=words.money(likely.low), high=words.money(likely.high))
    return (
        f'<p class="says">{escape(sentence(cost, words))}</p>{typical_label(words)}'
        f'<p class="answer-number">{words.money(cost.typical)}</p>'
        + (f'<p class="means">{escape(means)}</p>' if means else "")
        + billed(words, prices)
        + '<div class="facts">'
        + figure(words("expected"), words.money(cost.expected), expected_means(estimate, words))
        + figure(words("range"), bounds, words("range.means"))
        + (figure(words("zero"), zero, words("zero.means")) if (zero := of_hundred(cost.zero, words)) else "")
        + "</div>"
    )


def of_hundred(chance: float, words: Words) -> str:
    """Say how many of 100 people a chance is; empty for less than one, which is not worth saying."""
    return words("of.hundred", people=min(99, round(100 * chance))) if chance > _SELDOM else ""


def costlier(cost: CostDistribution, amount: float, words: Words) -> str:
    """Say how many of 100 people cost more than an amount."""
    chance, said = cost.chance_above(amount), words.money(amount)
    if chance < _SELDOM:
        return words("above.few", amount=said)
    if chance > 1 - _SELDOM:
        return words("above.most", amount=said)
    return words("above.some", people=round(100 * chance), amount=said)


def billed(words: Words, prices: str) -> str:
    """Say what the figures are: the total bill before insurance pays, in prices of which year."""
    return f'<p class="hint billed">{escape(words("billed"))} {escape(prices)}</p>'


def expected_means(estimate: Estimate, words: Words) -> str:
    """Say what the expected cost is, and that costly years pull it up where they do."""
    pulled = estimate.cost.expected > estimate.cost.typical * _PULLED
    return words("expected.means" if pulled else "expected.means.plain")


def typical_label(words: Words) -> str:
    """Name the typical year's number; the style sheet shows that it is old while the connection is cut."""
    old = f'<span class="old">{escape(words("old"))}</span>'
    return f'<p class="label">{escape(words("typical"))} {old}</p>'


def working(words: Words) -> str:
    """Keep the place of the first answer."""
    return (
        f'<p class="label">{escape(words("typical"))}</p><p class="answer-number waiting" aria-hidden="true">$0,000</p>'
        f'<p class="means">{escape(words("working"))}</p>'
    )


def notice(kind: str, title: str, text: str) -> str:
    """Give a sentence that matters more than the numbers: ``warn`` or ``bad``."""
    return f'<p class="notice {kind}"><b>{escape(title)}</b> {escape(text)}</p>'


def cautions(estimate: Estimate | Prediction, words: Words) -> str:
    """Say why the model is guessing; empty if it is not."""
    if not estimate.cautions:
        return ""
    return notice("warn", words("rough"), " ".join(words.caution(caution) for caution in estimate.cautions))


def alike(people: PeopleAlike, words: Words) -> str:
    """Say how the nearest people in the data came out."""
    of = escape(words("alike.of", total=words.count(people.total)))
    head = f'<p class="fact-number">{words.count(people.count)}</p><p>{of}</p>'
    if people.median is None or people.lower_quartile is None or people.upper_quartile is None:
        return f'{head}<p class="empty">{escape(words("alike.few"))}</p>'
    half = words("range.value", low=words.money(people.lower_quartile), high=words.money(people.upper_quartile))
    rows = [(words("alike.median"), words.money(people.median), ""), (words("alike.half"), half, "")]
    hint = f'<p class="hint">{escape(words("alike.means"))}</p>'
    return f'<div class="alike"><div>{head}</div><div>{definitions(rows, "pairs")}{hint}</div></div>'


def model(version: ModelVersion, words: Words) -> str:
    """Say which model answers, from what it learned, and how well it does on people it has not seen."""
    card = version.card
    scores = card.cross_validation
    held = round(100 * scores.interval.coverage)
    name = words("model.version.value", number=version.number, family=words.family(card.recipe.family))
    origin = data_origin(card.origin, words)
    rows = [
        (words("model.version"), name, ""),
        (words("model.data"), words("model.rows", rows=words.count(card.people or card.rows)), origin),
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


def stand_in(reference: ModelReference, words: Words) -> str:
    """Say that no model was trained, and what answers instead."""
    said = words("model.none", version=reference.version, digest=reference.digest[:_SHORT])
    return f"<p>{escape(said)}</p>"


def last(predictions: Sequence[Prediction], words: Words, fresh: UUID | None = None) -> str:
    """List recorded estimates, newest first; ``fresh`` is the one just saved here."""
    if not predictions:
        return f'<p class="empty">{escape(words("last.empty"))}</p>'
    return f'<ol class="last">{"".join(_line(one, words, fresh=one.id == fresh) for one in predictions)}</ol>'


def _line(one: Prediction, words: Words, *, fresh: bool) -> str:
    bounds = words("last.range", low=words.money(one.interval.low), high=words.money(one.interval.high))
    return (
        f'<li{" class=fresh" if fresh else ""}><span class="who">{escape(words.person(one.beneficiary))}</span>'
        f'<span class="usd"><b>{words.money(one.typical)}</b> <small>{escape(words("last.typical"))}</small></span>'
        f'<time datetime="{one.created_at.isoformat()}">{escape(words.moment(one.created_at))}</time>'
        f'<span class="bounds">{escape(bounds)}</span></li>'
    )


def figure(label: str, value: str, means: str) -> str:
    """Give a number with its name above it, and what to do with it."""
    return (
        f'<div><p class="label">{escape(label)}</p><p class="hint">{escape(means)}</p>'
        f'<p class="fact-number">{escape(value)}</p></div>'
    )


def definitions(rows: Sequence[tuple[str, str, str]], look: str) -> str:
    """List terms with their values and, where there are any, hints; ``look`` is ``tiles`` or ``pairs``."""
    lines = (
        f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd>"
        + (f'<dd class="hint">{escape(means)}</dd>' if means else "")
        + "</div>"
        for term, value, means in rows
    )
    return f'<dl class="rows {look}">{"".join(lines)}</dl>'
