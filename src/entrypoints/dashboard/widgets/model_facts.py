"""A version's card, the gate's verdict and the ledger, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from domain.models.ledger import Change
from domain.monitoring.report import OVERALL
from domain.people.numbers import exact
from domain.people.terms import Shape
from entrypoints.dashboard.elements import cell, element, head, paragraph, row, together
from entrypoints.dashboard.elements import table as drawn_table
from entrypoints.dashboard.locale.speech import MINUS
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.recorded import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.models.ledger import LedgerEntry
    from domain.models.model import HyperparameterValue, ModelCard, ModelVersion
    from domain.models.scores import PredictiveRatio, Scores
    from entrypoints.dashboard.locale.speech import Words

_SHORT: Final = 12
"""Digits of a fingerprint that are enough to compare by eye."""
NONE: Final = "—"
"""What stands for a figure that there is not."""
_DIGITS: Final = ".4g"
"""How a tuned setting is written: with the digits that tell one trial from another."""


def facts(version: ModelVersion, words: Words) -> Markup:
    """Say what a version is, and from what it learnt."""
    card = version.card
    settings = Markup(", ").join(
        together(f"{name} = ", _setting(value, words)) for name, value in card.recipe.hyperparameters.items()
    )
    made = words("models.made.from", revision=card.provenance.git_revision[:_SHORT]) * bool(
        card.provenance.git_revision
    )
    ranges = ", ".join(
        words("models.ranges.value", fact=words.named(fact), low=words.number(low), high=words.number(high))
        for fact, (low, high) in sorted(card.ranges.items(), key=lambda entry: _place(entry[0], words))
    )
    way = _range(card.grouping, words)
    digest = words("models.rows.digest", digest=card.data_digest[:_SHORT])
    origin = cards.data_origin(card.origin, words)
    learned_from = words("models.rows.value", count=card.rows)
    if card.people:
        learned_from = words("models.rows.people", rows=words.count(card.rows), people=words.count(card.people))
    rows = [
        (words("models.version"), str(version.number), ""),
        (words("models.recipe"), card.recipe.name, words.or_else(f"family.{card.recipe.family}", "")),
        (words("models.settings"), settings or words("models.settings.none"), ""),
        (words("models.made"), words.moment(card.created_at), made),
        (words("models.rows"), learned_from, origin),
        (words("models.ranges"), ranges, digest),
        (words("models.range"), way, ""),
        (words("models.digest"), version.digest[:_SHORT], ""),
    ]
    notes = [
        element("li", translated(note, words) or note, lang="" if translated(note, words) else "en")
        for note in card.notes
    ]
    return together(
        cards.notice("warn", words("model.synthetic") + ".", words("synthetic.trained")) * card.origin.synthetic,
        cards.definitions(rows, "tiles"),
        paragraph(words("models.use"), "hint"),
        element("h3", words("models.notes")) + element("ul", *notes, classes="notes") if notes else "",
    )


def _place(fact: str, words: Words) -> int:
    """Return the place of a fact in the schema; those that are not in it come last."""
    names = words.schema.names
    return names.index(fact) if fact in names else len(names)


def _range(grouping: Sequence[str], words: Words) -> str:
    facts = ", ".join(words.named(fact) for fact in grouping)
    return words("models.range.grouped", facts=facts) if facts else words("models.range.pooled")


def quality(cards_by_name: Sequence[tuple[str, ModelCard]], words: Words) -> Markup:
    """Show each figure out of fold, on the test split, and over folds where the card has it; versions side by side."""
    sides = [
        (dict(_named(card.cross_validation, words)), dict(_named(card.test, words)), _folds(card, words))
        for _, card in cards_by_name
    ]
    several = len(cards_by_name) > 1  # then figures by fold would be too many columns
    lines: list[list[str]] = []
    for key, name in sides[0][0]:
        numbers = [side.get((key, name), NONE) for own, test, _ in sides for side in (own, test)]
        if set(numbers) != {NONE}:  # a card of an earlier release does not have all figures
            lines.append([name, *numbers, *([] if several else [sides[0][2].get(key, NONE)])])
    heads = [words("models.figure")]
    for key in ("models.out_of_fold", "models.test"):
        heads += [f"{name}: {words(key)}" if several else words(key) for name, _ in cards_by_name]
    # numbers of one version stand together
    order = [0, *[1 + 2 * side + place for place in (0, 1) for side in range(len(sides))]]
    lines = [[line[place] for place in order] + line[1 + 2 * len(sides) :] for line in lines]
    heads += [] if several else [words("models.by_fold")]
    own = cards_by_name[0][1]
    lead = words("models.quality.lead", rows=words.count(own.cross_validation.rows), test=words.count(own.test.rows))
    return together(
        paragraph(lead, "lead-in"),
        table(words("models.quality"), heads, lines, "quality"),
        "" if several else paragraph(words("models.spread.means"), "hint"),
    )


def _named(scores: Scores, words: Words) -> Iterator[tuple[tuple[str, str], str]]:
    for key, name, value in _figures(scores, words):
        yield (key, name), value


def _setting(value: HyperparameterValue, words: Words) -> str:
    """Write a setting of a family without the words of Python; one that was tuned shows its other digits on hover."""
    if isinstance(value, bool):
        return words("fact.yes" if value else "fact.no").lower()
    if isinstance(value, float) and float(short := f"{value:{_DIGITS}}") != value:
        return element("span", short, title=repr(value))
    return NONE if value is None else str(value)


def _folds(card: ModelCard, words: Words) -> dict[str, str]:
    return {
        fold.metric: words(
            "models.spread", mean=figure(fold.metric, fold.mean, words), spread=figure(fold.metric, fold.spread, words)
        )
        for fold in card.folds
    }


def ledger(entries: Sequence[LedgerEntry], words: Words) -> Markup:
    """List who changed the champion, when and why, the newest first."""
    if not entries:
        return paragraph(words("models.ledger.empty"), "empty")
    heads = ("models.entry", "models.when", "models.what", "models.who", "models.why", "models.seal")
    verified = words("models.ledger.verified", count=len(entries))
    lines = (
        (
            str(entry.number), words.moment(entry.at), _change(entry, words), entry.by,
            translated(entry.reason, words) or entry.reason, entry.seal[:_SHORT],
        )
        for entry in reversed(entries)
    )  # fmt: skip
    return paragraph(verified, "verified") + table(
        words("models.ledger"), [words(key) for key in heads], lines, "ledger"
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], look: str = "") -> Markup:
    """Write a table whose rows become lists on a narrow screen; the first cell of a row names it."""
    body = [
        row(first, *[cell(inside, data_head=title) for title, inside in zip(heads[1:], rest, strict=True)])
        for first, *rest in rows
    ]
    return framed(caption, heads, body, look)


def group(name: str, words: Words) -> str:
    """Say which people a group of the card is; one that the schema does not declare is called as on the card."""
    if name == OVERALL:
        return words("models.group.all")
    declared = next((group for group in words.schema.reported_groups if group.name == name), None)
    if declared is None:
        return name
    fact, condition = words.schema.by_name[declared.condition.fact], declared.condition
    if condition.shape is Shape.IS:
        people = f"{words.short(fact)}: {dict(words.choices(fact))[condition.choice]}"
        return people if declared.holds else words("models.group.other", group=people)
    signs = ("from", "below") if condition.shape is Shape.FROM else ("above", "to")
    number = exact(condition.threshold)
    return words(f"models.group.{signs[0 if declared.holds else 1]}", fact=words.short(fact), number=number)


def figure(metric: str, value: float, words: Words) -> str:
    """Write a figure of a metric: dollars, but for R², which is a share."""
    return f"{value:.3f}".replace("-", MINUS) if metric == "r2" else words.whole(value)


def framed(caption: str, heads: Sequence[str], rows: Iterable[Markup], look: str = "") -> Markup:
    """Put rows of a table below its heads."""
    return drawn_table(caption, map(head, heads), rows, f"stacked {look}".rstrip())


def state(kind: str, text: str) -> Markup:
    """Write a state in its colour: ``passed``, ``refused``, ``warned`` or ``unclear``."""
    return element("span", text, classes=f"state {kind}")


def _figures(scores: Scores, words: Words) -> Iterator[tuple[str, str, str]]:
    expected, typical, interval = scores.expected, scores.typical, scores.interval
    level = words.share(interval.level)
    yield "crps", words("models.crps"), words.whole(scores.crps)
    yield "r2", words("models.r2"), figure("r2", expected.r2, words)
    yield "rmse", words("models.rmse"), words.whole(expected.rmse)
    yield "mae", words("models.mae"), words.whole(expected.mae)
    yield "typical_mae", words("models.typical_mae"), words.whole(typical.mae)
    yield "interval_score", words("models.interval_score"), words.whole(interval.interval_score)
    yield "coverage", words("models.coverage", level=level), words.share(interval.coverage, 1)
    yield "mean_width", words("models.width"), words.whole(interval.mean_width)
    actuarial, zero = scores.actuarial, scores.without_cost
    yield "ratio", words("models.ratio"), ratio(actuarial.overall, words) if actuarial else NONE
    yield "mae_over_mean", words("models.mae_over_mean"), _share(actuarial and actuarial.mae_over_mean, words)
    cap = words.whole(actuarial.cap if actuarial else 0)
    yield "capped_r2", words("models.capped_r2", cap=cap), _third(actuarial and actuarial.capped_r2)
    yield "cpm", words("models.cpm"), _third(actuarial and actuarial.cpm)
    yield "gini", words("models.gini"), _third(actuarial and actuarial.gini)
    yield (
        "capture_1",
        words("models.capture", share=words.share(0.01)),
        _share(actuarial and actuarial.capture_1, words),
    )
    yield (
        "capture_5",
        words("models.capture", share=words.share(0.05)),
        _share(actuarial and actuarial.capture_5, words),
    )
    yield (
        "capture_10",
        words("models.capture", share=words.share(0.1)),
        _share(actuarial and actuarial.capture_10, words),
    )
    yield "zero_predicted", words("models.zero.predicted"), _share(zero and zero.predicted, words)
    yield "zero_observed", words("models.zero.observed"), _share(zero and zero.observed, words)
    yield "brier", words("models.brier"), _third(zero and zero.brier)


def ratio(estimate: PredictiveRatio, words: Words) -> str:
    """Write predicted over observed cost with its 95 % interval."""
    if estimate.ratio is None:
        return words("models.ratio.none")
    if estimate.low is None:
        return f"{estimate.ratio:.3f}"
    return f"{estimate.ratio:.3f} ({interval(estimate, words)})"


def interval(estimate: PredictiveRatio, words: Words) -> str:
    """Write the 95 % interval of a ratio."""
    if estimate.low is None:
        return NONE
    high = words("models.ratio.any") if estimate.high is None else f"{estimate.high:.3f}"
    return words("models.ratio.interval", low=f"{estimate.low:.3f}", high=high)


def _share(value: float | None, words: Words) -> str:
    return NONE if value is None else words.share(value, 1)


def _third(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}".replace("-", MINUS)


def _change(entry: LedgerEntry, words: Words) -> str:
    sentence = words(f"models.entry.{entry.change.value}", version=entry.version)
    against = entry.overridden and entry.change is Change.PROMOTION
    return f"{sentence}, {words('models.entry.overridden')}" if against else sentence
