"""The model card as a page in Markdown, after Mitchell et al., Model Cards for Model Reporting, 2019."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.models.score_figures import Layout, amount, figures
from domain.people.numbers import rough

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.models.model import ModelCard, ModelVersion
    from domain.models.promotion import Verdict
    from domain.models.scores import Scores

NOTICE: Final = "An estimate for planning and learning, not medical or financial advice."
"""The notice that goes with every answer."""

_SHAPES: Final = {
    "spread": "A spread of its own for each person",
    "ranks": "A forest of the ranks of errors",
    "forest": "A forest of the ranks of costs",
}


def markdown(version: ModelVersion, verdict: Verdict | None, *, brief: bool = False) -> str:
    """Return the card of a version, with the gate's verdict if there is one.

    Args:
        version: the version with its card.
        verdict: the verdict of the gate; None if the version was not judged.
        brief: leave out the tables of people by expected cost, and the checks that passed.
    """
    card = version.card
    sections = {
        f"Medcost, version {version.number}": _what(version),
        "Intended use": _use(),
        "Data": _data(card),
        "How it was chosen": _choice(card),
        "How good it is": _quality(card, brief=brief),
        "How the range is made": _range(card),
        "The gate": _gate(verdict, brief=brief),
        "Limits": [f"- {limit}" for limit in limits_of(card)],
    }
    parts: list[str] = []
    for title, lines in sections.items():
        parts += [("## " if parts else "# ") + title, "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _what(version: ModelVersion) -> Iterator[str]:
    card = version.card
    yield f"{title_of(card)}, predicted from {len(card.facts)} facts: {', '.join(card.facts.values())}."
    yield "It gives the expected cost (mean), the typical cost (median) and a"
    yield f"{card.cross_validation.interval.level:.0%} range. Every amount is in {card.currency} a year."
    yield ""
    settings = ", ".join(f"{name} = {value}" for name, value in card.recipe.hyperparameters.items())
    yield f"- Recipe: `{card.recipe.name}`" + (f" with {settings}" if settings else "")
    yield f"- Made: {card.created_at:%Y-%m-%d %H:%M} UTC, from revision {card.provenance.git_revision or 'unknown'}"
    yield f"- Digest: `{version.digest}`"


def _use() -> list[str]:
    return [
        NOTICE,
        "",
        "Do not use it to set a premium, to grant or deny coverage or care, or for any other decision about a person.",
    ]


def _data(card: ModelCard) -> Iterator[str]:
    people = "" if card.people is None else f" of {card.people:,} people"
    yield f"{card.rows:,} rows{people}: {card.origin.sentence}. Amounts are in {card.currency}, at the prices of the"
    yield "data, not adjusted for inflation."
    if card.origin.synthetic:
        yield "**These people and bills are invented**: use the model to try the program, not to plan."
    yield ""
    yield f"- Digest of the rows: `{card.data_digest}`"
    units: Mapping[str, str] = card.subject.units if card.subject else {}
    for fact in sorted(card.ranges, key=[*card.facts, *card.ranges].index):
        low, high = card.ranges[fact]
        yield f"- {card.facts.get(fact, fact)} from {rough(low)} to {rough(high)} {units.get(fact, '')}".rstrip()


def _choice(card: ModelCard) -> Iterator[str]:
    made = card.provenance
    if made.occasion:
        yield f"{made.occasion}."
        yield ""
    yield f"Chosen by {_name(made.metric, card)}, on the same folds of the rows outside the test set"
    yield "(spread: the standard deviation over folds)" + (
        f"; trials of tuning: {made.trials}." if made.trials else "."
    )
    if made.compared:
        yield ""
        yield from _table(
            ("family", f"{made.metric}, mean", "spread over folds", "seconds a fit"),
            (
                (family.name, amount(family.mean), amount(family.spread), _seconds(family.seconds))
                for family in made.compared
            ),
        )
    if made.not_compared:
        yield ""
        yield "Left out of the comparison:"
        yield ""
        for omission in made.not_compared:
            yield f"- {omission.name}: {omission.reason}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def _quality(card: ModelCard, *, brief: bool) -> Iterator[str]:
    yield f"Cross-validation: {card.cross_validation.rows:,} training rows, each scored by a model that had not seen"
    yield f"it. Test set: {card.test.rows:,} rows not used for training or selection. CRPS measures the error of the"
    yield "whole distribution, RMSE and MAE the error of one figure (less is better). R² is the share of the variance"
    yield "that is explained (1 is all). Coverage is the share of people whose cost is within the range."
    yield ""
    other = {figure.name: figure.text for figure in figures(card.test, card.currency)}
    own = [figure for figure in figures(card.cross_validation, card.currency) if figure.layout is not Layout.COUNT]
    lines = ((figure.name, figure.text, other.get(figure.name, "")) for figure in own)
    yield from _table(("", "cross-validation", "test set"), lines)
    if card.folds:
        yield ""
        yield from _table(
            ("", "mean over folds", "spread over folds"),
            ((_name(fold.metric, card), amount(fold.mean), amount(fold.spread)) for fold in card.folds),
        )
    if card.cross_validation.groups:
        yield ""
        yield from _table(
            (
                "group", "rows", "coverage", f"mean width, {card.currency}", f"expected minus actual, {card.currency}",
                "expected over actual",
            ),
            (
                (
                    group.group, f"{group.rows:,}", f"{group.coverage:.3f}", amount(group.mean_width),
                    f"{group.bias:+,.0f}",
                    group.ratio.text if group.ratio else "",
                )
                for group in card.cross_validation.groups
            ),
        )  # fmt: skip
    if not brief:
        yield from _parts(card.cross_validation, card)


def _parts(scores: Scores, card: ModelCard) -> Iterator[str]:
    """Yield the tables of people by their expected cost, which cards of earlier releases do not have."""
    if scores.fifths:
        yield ""
        yield "People ordered by their expected cost, a fifth at a time. Where ranges begin at zero they may hold more."
        yield ""
        yield from _table(
            (
                "fifth", "people", "coverage", "ranges from zero", f"expected, {card.currency}",
                f"actual, {card.currency}", "no cost, predicted", "no cost, observed",
            ),
            (
                (
                    str(number), f"{fifth.people:,}", f"{fifth.coverage:.3f}", f"{fifth.from_zero:.0%}",
                    amount(fifth.predicted), amount(fifth.observed), f"{fifth.zero_predicted:.3f}",
                    f"{fifth.zero_observed:.3f}",
                )
                for number, fifth in enumerate(scores.fifths, 1)
            ),
        )  # fmt: skip
    if scores.actuarial:
        yield ""
        yield "Expected over actual cost of each tenth, with a 95 % interval by a bootstrap over people:"
        yield ""
        tenths = enumerate(scores.actuarial.deciles, 1)
        yield from _table(("tenth", "expected over actual"), ((str(number), ratio.text) for number, ratio in tenths))
    if scores.quantiles:
        yield ""
        yield "Share of costs below a quantile, equal costs told apart by chance (randomised PIT):"
        yield ""
        quantiles = ((f"{quantile.level:.0%}", f"{quantile.coverage:.3f}") for quantile in scores.quantiles)
        yield from _table(("quantile", "costs below it"), quantiles)


def _range(card: ModelCard) -> Iterator[str]:
    grouping = " and ".join(card.facts.get(fact, fact) for fact in card.grouping)
    groups = f"separately by {grouping}" if grouping else "all rows together"
    chosen = card.distribution
    if chosen is None or chosen.shape in ("pooled", "groups"):
        yield f"Conformal prediction, {groups}: the errors of models that had not seen the row are placed around the"
        yield "estimate."
    elif chosen.shape == "unconditional":
        yield "Everybody gets the distribution of all costs: on held-out people no other one was better."
    else:
        yield f"{_SHAPES[chosen.shape]}, learned from the errors of models that had not seen the row."
    yield "No bound is below zero; bounds are rounded outward to the cent."
    if chosen is None:
        return
    yield ""
    yield f"- CRPS on held-out people: {chosen.gain:.1%} below that of the distribution of all costs,"
    yield f"  {chosen.gain_over_simplest:.1%} below that of the simplest shape"
    if chosen.hurdle:
        yield f"- Chance of no cost: {chosen.hurdle}"
    yield f"- Expected cost: {chosen.mean}, balanced over tenths of people and declared groups"
    yield f"- Above the 99 % quantile: an exponential excess of {chosen.excess:.2f} times that quantile on average"


def _gate(verdict: Verdict | None, *, brief: bool) -> Iterator[str]:
    if verdict is None:
        yield "Not judged yet."
        return
    against = verdict.candidacy.comparison
    rival = "the distribution of all costs" if against.rival is None else f"champion {against.rival}"
    yield f"**{'Passed' if verdict.passed else 'Refused'}**, against {rival}, on {against.evidence}."
    yield ""
    shown = [check for check in verdict.checks if not brief or not check.passed or check.name.startswith("crps")]
    for check in shown:
        yield f"- {'passed' if check.passed else '**refused**'}: {check.detail}"
    if others := len(verdict.checks) - len(shown):
        yield f"- passed: {others} more checks"


def limits_of(card: ModelCard) -> tuple[str, ...]:
    """Return the limits of a model's figures, a paragraph each."""
    guesses = (
        "Outside the ranges of the data, and where fewer than five people in the data are similar, the model is "
        "guessing: its answer carries a warning and a wider range."
    )
    causes = (
        "The model shows which facts and costs go together in its data. It does not show what causes a cost, so it "
        "cannot say what would happen to a person who changed."
    )
    accidents = "These facts cannot foresee an accident or an illness. The range covers most such years, not all."
    return (guesses, causes, accidents, *card.notes)


def title_of(card: ModelCard) -> str:
    """Return the predicted quantity, in words."""
    return card.subject.title if card.subject else "Medical cost of one person in a year"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield _line(["---", *["---:"] * (len(head) - 1)])
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _name(metric: str, card: ModelCard) -> str:
    own = figures(card.cross_validation, card.currency)
    return next((figure.name for figure in own if figure.metric == metric), metric)
