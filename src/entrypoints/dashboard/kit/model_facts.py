"""A version's card, the gate's verdict and the ledger, as strings of HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from domain.ledger import Change
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.words.speech import MINUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.ledger import LedgerEntry
    from domain.model import ModelCard, ModelVersion
    from domain.promotion import Check, Verdict
    from domain.scores import Scores
    from entrypoints.dashboard.words.speech import Words

_SHORT: Final = 12
"""Digits of a fingerprint that are enough to compare by eye."""


def facts(version: ModelVersion, words: Words) -> str:
    """Say what a version is, and from what it learnt."""
    card = version.card
    settings = ", ".join(f"{name} = {value}" for name, value in card.recipe.hyperparameters.items())
    made = words("models.made.from", revision=card.provenance.git_revision[:_SHORT]) * bool(
        card.provenance.git_revision
    )
    ranges = ", ".join(
        words("models.ranges.value", fact=fact_name(fact, words), low=f"{low:g}", high=f"{high:g}")
        for fact, (low, high) in card.ranges.items()
    )
    grouping = ", ".join(fact_name(fact, words) for fact in card.grouping)
    way = words("models.range.grouped", facts=grouping) if grouping else words("models.range.pooled")
    digest = words("models.rows.digest", digest=card.data_digest[:_SHORT])
    origin = cards.data_origin(card.origin, words)
    rows = [
        (words("models.version"), str(version.number), ""),
        (words("models.recipe"), card.recipe.name, words.or_else(f"family.{card.recipe.family}", "")),
        (words("models.settings"), settings or words("models.settings.none"), ""),
        (words("models.made"), words.moment(card.created_at), made),
        (words("models.rows"), words("models.rows.value", rows=words.count(card.rows)), origin),
        (words("models.ranges"), ranges, digest),
        (words("models.range"), way, ""),
        (words("models.digest"), version.digest[:_SHORT], ""),
    ]
    notes = "".join(f"<li>{escape(note)}</li>" for note in card.notes)
    return (
        cards.notice("warn", words("model.synthetic") + ".", words("model.synthetic.means")) * card.origin.synthetic
        + cards.definitions(rows, "tiles")
        + f'<p class="hint">{escape(words("models.use"))}</p>'
        + (f'<h3>{escape(words("models.notes"))}</h3><ul class="notes" lang="en">{notes}</ul>' if notes else "")
    )


def quality(card: ModelCard, words: Words) -> str:
    """Give each figure out of fold, on the test split, and over folds where the card has it."""
    folds = {one.metric: one for one in card.folds}
    lines = (
        (
            name,
            one,
            other,
            words(
                "models.spread", mean=figure(key, folds[key].mean, words), spread=figure(key, folds[key].spread, words)
            )
            if key in folds
            else "—",
        )
        for (key, name, one), (_, _, other) in zip(
            _figures(card.cross_validation, words), _figures(card.test, words), strict=True
        )
    )
    heads = ("models.figure", "models.out_of_fold", "models.test", "models.by_fold")
    lead = words("models.quality.lead", rows=words.count(card.cross_validation.rows), test=words.count(card.test.rows))
    return (
        f'<p class="lead-in">{escape(lead)}</p>'
        + table(words("models.quality"), [words(key) for key in heads], lines)
        + f'<p class="hint">{escape(words("models.spread.means"))}</p>'
    )


def verdict(said: Verdict | None, words: Words) -> str:
    """Give each check of the gate with its numbers."""
    head = f"<h3>{escape(words('models.gate'))}</h3>"
    if said is None:
        return f'{head}<p class="empty">{escape(words("models.gate.none"))}</p>'
    against = said.candidacy.comparison
    key = "models.gate.first" if against.rival is None else "models.gate.against"
    told = words(key, rival=against.rival, rows=words.count(against.rows))
    rows = "".join(_check(one, words) for one in said.checks)
    heads = [words("models.check"), words("models.state"), words("models.numbers")]
    return f'{head}<p class="lead-in">{escape(told)}</p>{framed(words("models.gate"), heads, rows, "checks")}'


def ledger(entries: Sequence[LedgerEntry], words: Words) -> str:
    """List who changed the champion, when and why, the newest first."""
    if not entries:
        return f'<p class="empty">{escape(words("models.ledger.empty"))}</p>'
    heads = ("models.entry", "models.when", "models.what", "models.who", "models.why", "models.seal")
    verified = words("models.ledger.verified", count=words.count(len(entries)))
    lines = (
        (str(one.number), words.moment(one.at), _change(one, words), one.by, one.reason, one.seal[:_SHORT])
        for one in reversed(entries)
    )
    return f'<p class="verified">{escape(verified)}</p>' + table(
        words("models.ledger"), [words(key) for key in heads], lines, "ledger"
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], look: str = "") -> str:
    """Write a table of texts; the first cell of a row names it."""
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(
            f'<td data-head="{escape(head)}">{escape(cell)}</td>' for head, cell in zip(heads[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return framed(caption, heads, body, look)


def group(name: str, words: Words) -> str:
    """Say which people a group of the card is."""
    return words.or_else(f"models.group.{name}", name)


def fact_name(name: str, words: Words) -> str:
    """Say which fact a column holds."""
    return words.or_else(f"reason.{name}" if name != "bmi" else "history.bmi", name)


def figure(metric: str, value: float, words: Words) -> str:
    """Write a figure of a metric: dollars, but for R², which is a share."""
    return f"{value:.3f}".replace("-", MINUS) if metric == "r2" else words.dollars(value)


def framed(caption: str, heads: Sequence[str], body: str, look: str) -> str:
    """Put rows of a table below its heads."""
    said = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f'<table class="stacked {look}"><caption class="veiled">{escape(caption)}</caption>'
        f"<thead><tr>{said}</tr></thead><tbody>{body}</tbody></table>"
    )


def _figures(scores: Scores, words: Words) -> Iterator[tuple[str, str, str]]:
    expected, typical, interval = scores.expected, scores.typical, scores.interval
    level = words.share(interval.level)
    yield "crps", words("models.crps"), words.dollars(scores.crps)
    yield "r2", words("models.r2"), figure("r2", expected.r2, words)
    yield "rmse", words("models.rmse"), words.dollars(expected.rmse)
    yield "mae", words("models.mae"), words.dollars(expected.mae)
    yield "typical_mae", words("models.typical_mae"), words.dollars(typical.mae)
    yield "interval_score", words("models.interval_score"), words.dollars(interval.interval_score)
    yield "coverage", words("models.coverage", level=level), words.share(interval.coverage, 1)
    yield "mean_width", words("models.width"), words.dollars(interval.mean_width)


def _check(one: Check, words: Words) -> str:
    name = words.or_else(f"models.check.{one.name}", one.name)
    if one.name.startswith("coverage of "):
        name = words("models.check.of", group=group(one.name.removeprefix("coverage of "), words))
    kind = "passed" if one.passed else "refused"
    # the gate's own words: they stand in the verdict as they were said
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td><span class="state {kind}">{escape(words(f"models.{kind}"))}</span></td>'
        f'<td lang="en">{escape(one.detail)}</td></tr>'
    )


def _change(one: LedgerEntry, words: Words) -> str:
    said = words(f"models.entry.{one.change.value}", version=one.version)
    against = one.overridden and one.change is Change.PROMOTION
    return f"{said}, {words('models.entry.overridden')}" if against else said
