"""What the cards say, as strings of HTML: each number with what to do with it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.claims import DataOrigin
    from domain.model import ModelVersion
    from domain.prediction import Estimate, ModelReference, PeopleAlike, Prediction
    from entrypoints.dashboard.words.speech import Words

_COSTLY = 0.9
"""One year in ten costs more than this quantile."""
_SHORT = 12
"""Digits of a fingerprint that are enough to compare by eye."""


def figures(estimate: Estimate, words: Words) -> str:
    """Say the answer in a sentence, then give the typical year, large; expected cost and likely range below it."""
    likely = estimate.cost.interval()
    typical, costly = words.usd(estimate.cost.typical), words.usd(estimate.cost.quantile(_COSTLY))
    # nine in ten years may cost the same: then the tenth says nothing, and the twentieth does
    said = (
        words("answer.says", typical=typical, high=costly)
        if costly != typical
        else words("answer.says.alike", typical=typical, high=words.usd(likely.high))
    )
    bounds = words("range.value", low=words.usd(likely.low), high=words.usd(likely.high))
    return (
        f'<p class="says">{escape(said)}</p><p class="label">{escape(words("typical"))}</p>'
        f'<p class="answer-number">{words.usd(estimate.cost.typical)}</p>'
        f'<p class="means">{escape(words("typical.means"))}</p><div class="facts">'
        + figure(words("expected"), words.usd(estimate.cost.expected), words("expected.means"))
        + figure(words("range"), bounds, words("range.means"))
        + "</div>"
    )


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
    half = words("range.value", low=words.usd(people.lower_quartile), high=words.usd(people.upper_quartile))
    rows = [(words("alike.median"), words.usd(people.median), ""), (words("alike.half"), half, "")]
    hint = f'<p class="hint">{escape(words("alike.means"))}</p>'
    return f'<div class="alike"><div>{head}</div><div>{definitions(rows, "pairs")}{hint}</div></div>'


def model(version: ModelVersion, words: Words) -> str:
    """Say which model answers, from what it learned, and how well it does on people it has not seen."""
    card = version.card
    scores = card.cross_validation
    held = words("model.held.value", held=round(100 * scores.interval.coverage))
    name = words("model.version.value", number=version.number, family=words.family(card.recipe.family))
    origin = data_origin(card.origin, words)
    rows = [
        (words("model.version"), name, ""),
        (words("model.data"), words("model.rows", rows=words.count(card.rows)), origin),
        (words("model.miss"), words.usd(scores.typical.mae), words("model.miss.means")),
        (words("model.held"), held, words("model.held.means")),
        (words("model.made"), words.day(version.registered_at), ""),
        (words("model.digest"), version.digest[:_SHORT], ""),
    ]
    invented = notice("warn", words("model.synthetic") + ".", words("model.synthetic.means"))
    return (invented if card.origin.synthetic else "") + definitions(rows, "tiles")


def data_origin(origin: DataOrigin, words: Words) -> str:
    """Say what the data are, and of which year their costs; what somebody described is told in their words."""
    what = words("model.file", file=origin.name) if origin.is_plain_file else origin.description
    if origin.synthetic:
        return words("model.no_year", what=what)
    return words("model.year", what=what, year=origin.year) if origin.year else words("model.year_unknown", what=what)


def stand_in(reference: ModelReference, words: Words) -> str:
    """Say that no model was trained. Version 0 is the stand-in of the memory profile; its people are invented."""
    said = words("model.none", version=reference.version, digest=reference.digest[:_SHORT])
    badge = "" if reference.version else notice("warn", words("model.synthetic") + ".", words("model.stand_in"))
    return f"{badge}<p>{escape(said)}</p>"


def last(predictions: Sequence[Prediction], words: Words, fresh: UUID | None = None) -> str:
    """List recorded estimates, newest first; ``fresh`` is the one just saved here."""
    if not predictions:
        return f'<p class="empty">{escape(words("last.empty"))}</p>'
    return f'<ol class="last">{"".join(_line(one, words, fresh=one.id == fresh) for one in predictions)}</ol>'


def _line(one: Prediction, words: Words, *, fresh: bool) -> str:
    bounds = words("last.range", low=words.usd(one.interval.low), high=words.usd(one.interval.high))
    return (
        f'<li{" class=fresh" if fresh else ""}><span class="who">{escape(words.person(one.beneficiary))}</span>'
        f'<span class="usd"><b>{words.usd(one.typical)}</b> <small>{escape(words("last.typical"))}</small></span>'
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
