"""The model card as a page in Markdown, after Mitchell et al., Model Cards for Model Reporting, 2019."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.model import ModelCard, ModelVersion
    from domain.promotion import Verdict
    from domain.scores import Scores

UNIT: Final = "USD a year"
"""Of every amount that is answered."""
NOTICE: Final = "An estimate for planning and learning, not medical or financial advice."
"""Belongs to every answer."""

_UNITS: Final = {"age": " years", "bmi": " kg/m²", "children": ""}
_NAMES: Final = {
    "crps": "CRPS, USD",
    "rmse": "RMSE of the expected cost, USD",
    "mae": "MAE of the expected cost, USD",
    "r2": "R² of the expected cost",
    "interval_score": "interval score, USD",
}


def markdown(version: ModelVersion, verdict: Verdict | None) -> str:
    """Write what a person should know before they rely on a version, with the gate's verdict if there is one."""
    card = version.card
    sections = {
        f"Medcost, version {version.number}": _what(version),
        "Intended use": _use(),
        "Data": _data(card),
        "How it was chosen": _choice(card),
        "How good it is": _quality(card),
        "How the range is made": [_range(card)],
        "The gate": _gate(verdict),
        "Limits": _limits(card),
    }
    parts: list[str] = []
    for title, lines in sections.items():
        parts += [("## " if parts else "# ") + title, "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _what(version: ModelVersion) -> Iterator[str]:
    card = version.card
    yield "What a year of medical care is likely to cost an adult in the United States, from six facts: age, sex,"
    yield "BMI, children, smoker, region. It gives the expected cost (mean), the typical cost (median) and a"
    yield f"{card.cross_validation.interval.level:.0%} range. Every amount is in {UNIT}."
    yield ""
    settings = ", ".join(f"{name} = {value}" for name, value in card.recipe.hyperparameters.items())
    yield f"- Recipe: `{card.recipe.name}`" + (f" with {settings}" if settings else "")
    yield f"- Made: {card.created_at:%Y-%m-%d %H:%M} UTC, from revision {card.provenance.git_revision or 'unknown'}"
    yield f"- Digest: `{version.digest}`"


def _use() -> list[str]:
    return [
        NOTICE,
        "",
        "Not for setting a premium, not for granting or denying cover or care, not for any decision about a person.",
    ]


def _data(card: ModelCard) -> Iterator[str]:
    yield f"{card.rows:,} rows: {card.origin.sentence}. Amounts are in US dollars of that time, not inflated."
    if card.origin.synthetic:
        yield "**These people and bills are invented**: good for trying the program, not for planning."
    yield ""
    yield f"- Digest of the rows: `{card.data_digest}`"
    for fact, (low, high) in card.ranges.items():
        yield f"- {fact} from {low:g} to {high:g}{_UNITS.get(fact, '')}"


def _choice(card: ModelCard) -> Iterator[str]:
    made = card.provenance
    if made.occasion:
        yield f"{made.occasion}."
        yield ""
    yield f"By {_NAMES.get(made.metric, made.metric)}, on identical folds of the rows outside the test split"
    yield "(spread: the standard deviation over folds)" + (
        f"; then {made.trials} tuning trials." if made.trials else "."
    )
    if made.compared:
        yield ""
        yield from _table(
            ("family", f"{made.metric}, mean", "spread over folds"),
            ((one.name, _figure(one.mean), _figure(one.spread)) for one in made.compared),
        )


def _quality(card: ModelCard) -> Iterator[str]:
    yield f"Out of fold over all {card.cross_validation.rows:,} training rows; beside it a test split of"
    yield f"{card.test.rows:,} rows, by which nothing was chosen. CRPS says how far the whole distribution lies"
    yield "from what a year really cost, RMSE and MAE how far one figure does (less is better); R² is the share of the"
    yield "differences between people that is explained (1 is all); coverage is the share of people whose cost lies in"
    yield "the range."
    yield ""
    rows = zip(_figures(card.cross_validation), _figures(card.test), strict=True)
    yield from _table(("", "out of fold", "test split"), ((name, one, other) for (name, one), (_, other) in rows))
    if card.folds:
        yield ""
        yield from _table(
            ("", "mean over folds", "spread over folds"),
            ((_NAMES.get(one.metric, one.metric), _figure(one.mean), _figure(one.spread)) for one in card.folds),
        )
    if card.cross_validation.groups:
        yield ""
        yield from _table(
            ("group", "rows", "coverage", "mean width, USD", "expected minus actual, USD"),
            (
                (one.group, f"{one.rows:,}", f"{one.coverage:.3f}", _figure(one.mean_width), f"{one.bias:+,.0f}")
                for one in card.cross_validation.groups
            ),
        )


def _figures(scores: Scores) -> list[tuple[str, str]]:
    expected, typical, interval = scores.expected, scores.typical, scores.interval
    return [
        ("CRPS, USD", _figure(scores.crps)),
        ("R² of the expected cost", _figure(expected.r2)),
        ("RMSE of the expected cost, USD", _figure(expected.rmse)),
        ("MAE of the typical cost, USD", _figure(typical.mae)),
        ("typical cost within 100 USD", f"{typical.within_100:.1%}"),
        (f"coverage of the {interval.level:.0%} range", f"{interval.coverage:.3f}"),
        ("mean width of the range, USD", _figure(interval.mean_width)),
    ]


def _range(card: ModelCard) -> str:
    grouping = " and ".join(card.grouping)
    groups = f"drawn apart by {grouping}" if grouping else "all rows together"
    return (
        f"By conformal prediction: the residuals of models that had not seen the row, {groups}, are spread around the "
        "estimate. Never below zero; bounds are rounded outward to the cent."
    )


def _gate(verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        yield "Not judged yet."
        return
    against = verdict.candidacy.comparison
    rival = "the distribution of all costs" if against.rival is None else f"champion {against.rival}"
    yield f"**{'Passed' if verdict.passed else 'Refused'}**, against {rival}, on {against.evidence}."
    yield ""
    for one in verdict.checks:
        yield f"- {'passed' if one.passed else '**refused**'}: {one.detail}"


def _limits(card: ModelCard) -> Iterator[str]:
    yield "- Beyond the ranges above, and where fewer than five people in the data are alike, it is guessing: it warns,"
    yield "  and the range is wider. Such warnings belong to the answer."
    yield "- It tells what goes together among the people it learnt from, not what causes what: it cannot say what"
    yield "  would happen to one person who changed."
    yield "- Six facts do not foretell an accident or an illness; the range covers most such years, not all."
    for note in card.notes:
        yield f"- {note}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield _line(["---", *["---:"] * (len(head) - 1)])
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _figure(value: float) -> str:
    """Write dollars without cents, and shares with three digits.

    >>> _figure(1234.5), _figure(0.8612)
    ('1,234', '0.861')
    """
    return f"{value:,.0f}" if abs(value) >= 1 else f"{value:.3f}"
