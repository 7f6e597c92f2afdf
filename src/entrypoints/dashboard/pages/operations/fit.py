"""The newest monitoring report: what has changed, column by column and group by group."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from domain.monitoring.level import LevelState
from domain.monitoring.report import FEWEST_OUTCOMES
from entrypoints.dashboard.widgets import cards, model_facts

if TYPE_CHECKING:
    from application.monitoring.review_fit import Fit
    from domain.monitoring.drift import ColumnDrift
    from domain.monitoring.report import JudgedGroup, MonitoringReport
    from entrypoints.dashboard.locale.speech import Words

_LEAST: Final = 0.001
"""Smaller chances are only told to be smaller."""


def fit(found: Fit, words: Words) -> str:
    """Say whether the champion still fits; or why nothing can be said yet."""
    if found.champion is None:
        return _empty(words("operations.drift.no_champion"))
    report = found.report
    if report is None:
        return _empty(words("operations.fit.none", version=found.champion.version))
    told = {
        "moment": words.moment(report.at),
        "since": words.day(report.since),
        "predictions": words.count(report.predictions),
        "outcomes": words.count(report.outcomes),
        "rows": words.count(report.reference_rows),
    }
    stale = cards.notice("warn", words("operations.fit.stale"), words("operations.fit.stale.do"))
    return (
        f'<p class="lead-in">{escape(words("operations.fit.lead", **told))}</p>'
        + stale * found.stale
        + _verdict(report, words)
        + _level(report, words)
        + _columns(report, words)
        + _groups(report, words)
    )


def _verdict(report: MonitoringReport, words: Words) -> str:
    moved = report.level is not None and report.level.state is LevelState.SHIFTED
    if not (report.columns or report.groups or moved):
        return _empty(words("operations.fit.few"))
    shifted = ", ".join(_column(one.column, words) for one in report.columns if one.drifted)
    short = ", ".join(_group(one, words) for one in report.groups if one.short)
    if not (shifted or short or moved):
        if all(one.few for one in report.groups):
            return _empty(words("operations.fit.fits.few"))
        return f'<p class="verified">{escape(words("operations.fit.fits"))}</p>'
    said = [words("operations.drift.shifted", facts=shifted)] * bool(shifted)
    said += [words("operations.fit.short", groups=short)] * bool(short)
    said += [words("operations.fit.level.shifted")] * moved
    return cards.notice("warn", " ".join(said), words("operations.fit.do"))


def _level(report: MonitoringReport, words: Words) -> str:
    """Say predicted over observed cost of everybody, and what can be told of it."""
    level = report.level
    if level is None:
        return ""
    told = {
        "outcomes": words.count(level.outcomes),
        "since": words.day(level.since),
        "needed": words.count(level.needed),
    }
    if level.ratio is None or level.high is None:
        return _empty(words("operations.fit.level.few", **told))
    told |= {"ratio": f"{level.ratio:.3f}", "low": f"{level.low:.3f}", "high": f"{level.high:.3f}"}
    said = f"{words('operations.fit.level', **told)} {words(f'operations.fit.level.{level.state.value}', **told)}"
    return f'<p class="lead-in">{escape(said)}</p>'


def _columns(report: MonitoringReport, words: Words) -> str:
    if not report.columns:
        return ""
    heads = [words(f"operations.fit.{key}") for key in ("column", "index", "chance")] + [words("operations.state")]
    rows = "".join(_drift(one, heads, words) for one in report.columns)
    return model_facts.framed(words("operations.fit.columns"), heads, rows, "")


def _drift(one: ColumnDrift, heads: list[str], words: Words) -> str:
    return _row(
        heads,
        _column(one.column, words),
        [f"{one.psi:.2f}", _chance(one.adjusted_p, words)],
        words(f"operations.drift.{'other' if one.drifted else 'alike'}"),
        "warned" if one.drifted else "passed",
    )


def _groups(report: MonitoringReport, words: Words) -> str:
    if not report.groups:
        return ""
    keys = ("operations.fit.group", "operations.fit.known", "operations.inside", "operations.fit.before")
    heads = [words(key) for key in (*keys, "operations.bias", "operations.miss", "operations.state")]
    rows = "".join(_outcomes(one, heads, words) for one in report.groups)
    return model_facts.framed(words("operations.fit.groups"), heads, rows, "")


def _outcomes(one: JudgedGroup, heads: list[str], words: Words) -> str:
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


def _row(heads: list[str], name: str, figures: list[str], state: str, kind: str) -> str:
    cells = "".join(
        f'<td data-head="{escape(head)}">{escape(one)}</td>' for head, one in zip(heads[1:-1], figures, strict=True)
    )
    return (
        f'<tr><th scope="row">{escape(name)}</th>{cells}'
        f'<td data-head="{escape(heads[-1])}"><span class="state {kind}">{escape(state)}</span></td></tr>'
    )


def _column(name: str, words: Words) -> str:
    return words.named(name) if name in words.schema.by_name else words.or_else(f"operations.fit.{name}", name)


def _group(one: JudgedGroup, words: Words) -> str:
    return model_facts.group(one.group, words)


def _chance(p: float, words: Words) -> str:
    return words("operations.fit.least") if p < _LEAST else f"{p:.3f}"


def _empty(said: str) -> str:
    return f'<p class="empty">{escape(said)}</p>'
