"""The newest monitoring report: what has changed, column by column and group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from domain.costs.distribution import INTERVAL_LEVEL
from domain.monitoring.level import LevelState
from domain.monitoring.report import FEWEST_OUTCOMES
from entrypoints.dashboard.elements import cell, paragraph, row, together
from entrypoints.dashboard.widgets import cards, model_facts

if TYPE_CHECKING:
    from application.monitoring.review_fit import Fit
    from domain.monitoring.drift import ColumnDrift
    from domain.monitoring.report import JudgedGroup, MonitoringReport
    from entrypoints.dashboard.locale.speech import Words

_LEAST: Final = 0.001
"""Smaller chances are only told to be smaller."""


def fit(champion_fit: Fit, words: Words) -> Markup:
    """Say whether the champion still fits; or why nothing can be said yet."""
    if champion_fit.champion is None:
        return paragraph(words("operations.drift.no_champion"), "empty")
    report = champion_fit.report
    if report is None:
        return paragraph(words("operations.fit.none", version=champion_fit.champion.version), "empty")
    values = {
        "moment": words.moment(report.at),
        "since": words.day(report.since),
        "predictions": words.count(report.predictions),
        "outcomes": words.count(report.outcomes),
        "rows": words.count(report.reference_rows),
    }
    stale = cards.notice("warn", words("operations.fit.stale"), words("operations.fit.stale.do"))
    return together(
        paragraph(words("operations.fit.lead", **values), "lead-in"),
        stale * champion_fit.stale,
        _verdict(report, words),
        _level(report, words),
        _columns(report, words),
        _groups(report, words),
    )


def _verdict(report: MonitoringReport, words: Words) -> Markup:
    moved = report.level is not None and report.level.state is LevelState.SHIFTED
    if not (report.columns or report.groups or moved):
        return paragraph(words("operations.fit.few"), "empty")
    shifted = ", ".join(_column(column.column, words) for column in report.columns if column.drifted)
    short = ", ".join(_group(group, words) for group in report.groups if group.short)
    if not (shifted or short or moved):
        if all(group.few for group in report.groups):
            return paragraph(words("operations.fit.fits.few"), "empty")
        return paragraph(words("operations.fit.fits"), "verified")
    sentences = [words("operations.drift.shifted", facts=shifted)] * bool(shifted)
    sentences += [words("operations.fit.short", groups=short)] * bool(short)
    sentences += [words("operations.fit.level.shifted")] * moved
    return cards.notice("warn", " ".join(sentences), words("operations.fit.do"))


def _level(report: MonitoringReport, words: Words) -> Markup:
    """Say predicted over observed cost of everybody, and what can be told of it."""
    level = report.level
    if level is None:
        return Markup()
    values = {
        "outcomes": words.count(level.outcomes),
        "since": words.day(level.since),
        "needed": words.count(level.needed),
    }
    if level.ratio is None or level.high is None:
        return paragraph(words("operations.fit.level.few", **values), "empty")
    values |= {"ratio": f"{level.ratio:.3f}", "low": f"{level.low:.3f}", "high": f"{level.high:.3f}"}
    sentence = (
        f"{words('operations.fit.level', **values)} {words(f'operations.fit.level.{level.state.value}', **values)}"
    )
    return paragraph(sentence, "lead-in")


def _columns(report: MonitoringReport, words: Words) -> Markup:
    if not report.columns:
        return Markup()
    heads = [words(f"operations.fit.{key}") for key in ("column", "index", "chance")] + [words("operations.state")]
    rows = [_drift(column, heads, words) for column in report.columns]
    return model_facts.framed(words("operations.fit.columns"), heads, rows)


def _drift(column: ColumnDrift, heads: list[str], words: Words) -> Markup:
    return _row(
        heads,
        _column(column.column, words),
        [f"{column.psi:.2f}", _chance(column.adjusted_p, words)],
        words(f"operations.drift.{'other' if column.drifted else 'alike'}"),
        "warned" if column.drifted else "passed",
    )


def _groups(report: MonitoringReport, words: Words) -> Markup:
    if not report.groups:
        return Markup()
    keys = ("operations.fit.group", "operations.fit.known", "operations.inside", "operations.fit.before")
    heads = [words(key) for key in (*keys, "operations.bias", "operations.miss", "operations.state")]
    rows = [_outcomes(group, heads, words) for group in report.groups]
    return model_facts.framed(words("operations.fit.groups"), heads, rows)


def _outcomes(group: JudgedGroup, heads: list[str], words: Words) -> Markup:
    figures = [
        words.count(group.outcomes),
        inside(group.inside, group.outcomes, words),
        words.share(group.before, 1),
        words.change(group.bias),
        words.money(group.typical_mae),
    ]
    as_promised = group.inside >= INTERVAL_LEVEL * group.outcomes
    state = "fallen" if group.short else "unclear" if group.few else "holds" if as_promised else "chance_alone"
    return _row(
        heads,
        _group(group, words),
        figures,
        words(f"operations.fit.{state}"),
        "warned" if group.short else "unclear" if group.few or not as_promised else "passed",
    )


def inside(count: int, outcomes: int, words: Words) -> str:
    """Write how many real costs lay in their range: as a share only where there are enough of them."""
    if outcomes < FEWEST_OUTCOMES:
        return words("operations.inside.count", inside=words.count(count), outcomes=words.count(outcomes))
    return words.share(count / outcomes, 1)


def _row(heads: list[str], name: str, figures: list[str], state: str, kind: str) -> Markup:
    shown = [*figures, model_facts.state(kind, state)]
    return row(name, *[cell(value, data_head=head) for head, value in zip(heads[1:], shown, strict=True)])


def _column(name: str, words: Words) -> str:
    return words.named(name) if name in words.schema.by_name else words.or_else(f"operations.fit.{name}", name)


def _group(group: JudgedGroup, words: Words) -> str:
    return model_facts.group(group.group, words)


def _chance(p: float, words: Words) -> str:
    return words("operations.fit.least") if p < _LEAST else f"{p:.3f}"
