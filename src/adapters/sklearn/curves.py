"""The curves of an actuary's report, from predictions of labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.sklearn import actuarial
from adapters.sklearn.scoring import Published, crps
from domain.models.actuarial_report import (
    AuditGroup,
    ChancePortion,
    CurvePoint,
    Curves,
    DoubleLift,
    LiftPortion,
    PeriodScores,
    Portion,
)
from domain.models.audit_values import OTHERS, group_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from adapters.sklearn.table import Table

    Floats = NDArray[np.float64]

_TENTHS: Final = tuple(share / 10 for share in range(11))
_TWENTIETHS: Final = tuple(share / 20 for share in range(21))


def curves(table: Table, answers: Floats, rival: tuple[str, Floats] | None = None) -> Curves:
    """Measure the curves of an actuary's report.

    Args:
        table: n rows whose costs are known.
        answers: n x 101, the mean, the 99 quantiles and the chance of no cost.
        rival: name of another model, and its answers for the same rows.
    """
    expected = Published.of(answers).expected
    return Curves(
        deciles=tuple(
            Portion(people=count, predicted=predicted, observed=observed)
            for count, predicted, observed in _portions(table, expected, expected, table.charges)
        ),
        lorenz=tuple(_lorenz(expected, table.charges, table.weights)),
        chances=tuple(_chances(table, answers[:, -1])),
        audits=tuple(_audits(table, expected, _inside(table, answers))),
        periods=tuple(_periods(table, answers, expected)),
        double_lift=_double_lift(table, expected, rival[0], Published.of(rival[1]).expected) if rival else None,
    )


def _portions(table: Table, order: Floats, *figures: Floats) -> Iterator[tuple[Any, ...]]:
    """Yield the number of people and the mean of each figure for each tenth by an order."""
    for portion in actuarial.portions(order, table.weights, _TENTHS):
        mostly = portion > table.weights / 2  # somebody on a border is where most of their weight is
        means = [float(np.average(figure, weights=portion)) for figure in figures]
        yield len(np.unique(table.people[mostly])), *means


def _lorenz(expected: Floats, charges: Floats, weights: Floats) -> Iterator[CurvePoint]:
    total = float(charges @ weights)
    upto = [
        np.append(0, np.cumsum(actuarial.portions(by, weights, _TWENTIETHS) @ charges)) / (total or 1.0)
        for by in (expected, charges)
    ]
    for share, by_predicted, by_observed in zip(_TWENTIETHS, *upto, strict=True):
        yield CurvePoint(people=share, by_predicted=float(by_predicted), by_observed=float(by_observed))


def _chances(table: Table, chance: Floats) -> Iterator[ChancePortion]:
    is_zero = (table.charges == 0).astype(np.float64)
    if not (chance.any() or is_zero.any()):
        return
    for count, predicted, observed in _portions(table, chance, chance, is_zero):
        yield ChancePortion(people=count, predicted=predicted, observed=observed)


def _audits(table: Table, expected: Floats, inside: NDArray[np.bool_]) -> Iterator[AuditGroup]:
    for column, labels in table.audits.items():
        values, codes = np.unique(labels, return_inverse=True)
        counts = {str(value): len(np.unique(table.people[codes == code])) for code, value in enumerate(values)}
        groups = group_names(counts)
        named = np.array([groups[str(value)] for value in values])[codes]
        names = sorted(dict.fromkeys(groups.values()), key=lambda name: name == OTHERS)
        portioned = np.array([table.weights * (named == name) for name in names])
        ratios = actuarial.predictive_ratios(expected, table.charges, portioned, table.people)
        for name, portion, ratio in zip(names, portioned, ratios, strict=True):
            yield AuditGroup(
                column=column,
                value=name,
                people=len(np.unique(table.people[named == name])),
                ratio=ratio,
                net_compensation=float(np.average(expected - table.charges, weights=portion)),
                coverage=float(np.average(inside, weights=portion)),
            )


def _periods(table: Table, answers: Floats, expected: Floats) -> Iterator[PeriodScores]:
    if table.periods is None:
        return
    years = np.floor(table.periods).astype(np.intp)
    periods = np.unique(years)
    portioned = np.array([table.weights * (years == period) for period in periods])
    ratios = actuarial.predictive_ratios(expected, table.charges, portioned, table.people)
    losses, inside = crps(table.charges, answers[:, 1:-1]), _inside(table, answers)
    for period, portion, ratio in zip(periods, portioned, ratios, strict=True):
        yield PeriodScores(
            period=str(period),
            people=len(np.unique(table.people[years == period])),
            ratio=ratio,
            coverage=float(np.average(inside, weights=portion)),
            crps=float(np.average(losses, weights=portion)),
        )


def _double_lift(table: Table, expected: Floats, rival: str, others: Floats) -> DoubleLift:
    nothing = np.where(expected > 0, np.inf, 1.0)
    ratio = np.divide(expected, others, out=nothing, where=others > 0)
    return DoubleLift(
        rival=rival,
        portions=tuple(
            LiftPortion(people=count, predicted=predicted, rival=other, observed=observed)
            for count, predicted, other, observed in _portions(table, ratio, expected, others, table.charges)
        ),
    )


def _inside(table: Table, answers: Floats) -> NDArray[np.bool_]:
    published = Published.of(answers)
    return (published.low <= table.charges) & (table.charges <= published.high)
