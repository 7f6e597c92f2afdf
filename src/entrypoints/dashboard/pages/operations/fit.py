"""The newest monitoring report: what has changed, column by column and group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

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


def fit(found: Fit, words: Words) -> Markup:
    """Say whether the champion still fits; or why nothing can be said yet."""
    if found.champion is None:
        return paragraph(words("operations.drift.no_champion"), "empty")
    report = found.report
    if report is None:
        return paragraph(words("operations.fit.none", version=found.champion.version), "empty")
    told = {
        "moment": words.moment(report.at),
        "since": words.day(report.since),
        "predictions": words.count(report.predictions),
        "outcomes": words.count(report.outcomes),
        "rows": words.count(report.reference_rows),
    }
    stale = cards.notice("warn", words("operations.fit.stale"), words("operations.fit.stale.do"))
    return together(
        paragraph(words("operations.fit.lead", **told), "lead-in"),
        stale * found.stale,
        _verdict(report, words),
        _level(report, words),
        _columns(report, words),
        _groups(report, words),
    )


def _verdict(report: MonitoringReport, words: Words) -> Markup:
    moved = report.level is not None and report.level.state is LevelState.SHIFTED
    if not (report.columns or report.groups or moved):
        return paragraph(words("operations.fit.few"), "empty")
    shifted = ", ".join(_column(one.column, words) for one in report.columns if one.drifted)
    short = ", ".join(_group(one, words) for one in report.groups if one.short)
    if not (shifted or short or moved):
        if all(one.few for one in report.groups):
            return paragraph(words("operations.fit.fits.few"), "empty")
        return paragraph(words("operations.fit.fits"), "verified")
    said = [words("operations.drift.shifted", facts=shifted)] * bool(shifted)
    said += [words("operations.fit.short", groups=short)] * bool(short)
    said += [words("operations.fit.level.shifted")] * moved
    return cards.notice("warn", " ".join(said), words("operations.fit.do"))


def _level(report: MonitoringReport, words: Words) -> Markup:
    """Say predicted over observed cost of everybody, and what can be told of it."""
    level = report.level
    if level is None:
        return Markup()
    told = {
        "outcomes": words.count(level.outcomes),
        "since": words.day(level.since),
        "needed": words.count(level.needed),
    }
    if level.ratio is None or level.high is None:
        return paragraph(words("operations.fit.level.few", **told), "empty")
    told |= {"ratio": f"{level.ratio:.3f}", "low": f"{level.low:.3f}", "high": f"{level.high:.3f}"}
    said = f"{words('operations.fit.level', **told)} {words(f'operations.fit.level.{level.state.value}', **told)}"
    return paragraph(said, "lead-in")


def _columns(report: MonitoringReport, words: Words) -> Markup:
    if not report.columns:
        return Markup()
    heads = [words(f"operations.fit.{key}") for key in ("column", "index", "chance")] + [words("operations.state")]
    rows = [_drift(one, heads, words) for one in report.columns]
    return model_facts.framed(words("operations.fit.columns"), heads, rows)


def _drift(one: ColumnDrift, heads: list[str], words: Words) -> Markup:
    return _row(
        heads,
        _column(one.column, words),
        [f"{one.psi:.2f}", _chance(one.adjusted_p, words)],
        words(f"operations.drift.{'other' if one.drifted else 'alike'}"),
        "warned" if one.drifted else "passed",
    )


def _groups(report: MonitoringReport, words: Words) -> Markup:
    if not report.groups:
        return Markup()
    keys = ("operations.fit.group", "operations.fit.known", "operations.inside", "operations.fit.before")
    heads = [words(key) for key in (*keys, "operations.bias", "operations.miss", "operations.state")]
    rows = [_outcomes(one, heads, words) for one in report.groups]
    return model_facts.framed(words("operations.fit.groups"), heads, rows)


def _outcomes(one: JudgedGroup, heads: list[str], words: Words) -> Markup:
    figures = [
        words.count(one.outcomes),
        inside(one.inside, one.outcomes, words),
        words.share(one.before, 1),
        words.change(one.bias),
        words.money(one.typical_mae),
    ]
    state = words(f"operations.fit.{'fallen' if one.short else 'unclear' if one.few else 'holds'}")
    return _row(
        heads, _group(one, words), figures, state, "warned" if one.short else "unclear" if one.few else "passed"
    )


def inside(count: int, outcomes: int, words: Words) -> str:
    """Write how many real costs lay in their range: as a share only where there are enough of them."""
    if outcomes < FEWEST_OUTCOMES:
        return words("operations.inside.count", inside=words.count(count), outcomes=words.count(outcomes))
    return words.share(count / outcomes, 1)


def _row(heads: list[str], name: str, figures: list[str], state: str, kind: str) -> Markup:
    shown = [*figures, model_facts.state(kind, state)]
    return row(name, *[cell(one, data_head=head) for head, one in zip(heads[1:], shown, strict=True)])


def _column(name: str, words: Words) -> str:
    return words.named(name) if name in words.schema.by_name else words.or_else(f"operations.fit.{name}", name)


def _group(one: JudgedGroup, words: Words) -> str:
    return model_facts.group(one.group, words)


def _chance(p: float, words: Words) -> str:
    return words("operations.fit.least") if p < _LEAST else f"{p:.3f}"
