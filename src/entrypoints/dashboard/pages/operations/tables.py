"""Tables of what runs, of requests, and of how answers came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.monitoring.report import FEWEST_OUTCOMES
from entrypoints.dashboard.elements import cell, paragraph, row
from entrypoints.dashboard.pages.operations.fit import inside
from entrypoints.dashboard.pages.operations.span import milliseconds
from entrypoints.dashboard.widgets import cards, model_facts
from entrypoints.dashboard.widgets.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from application.monitoring.measure_outcomes import LiveScores
    from application.operations.check_parts import PartsState
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import Traffic

_SHORT: Final = 12


def parts(state: PartsState, traffic: Traffic | None, free: int | None, words: Words) -> Markup:
    """Return the table of the system's parts and their states; ``free`` is the disk's free space in bytes, if known."""
    api = words("operations.api.here" if traffic else "operations.api.other")
    model = state.model_away
    if state.model:
        values = {"version": state.model.version, "digest": state.model.digest[:_SHORT]}
        model = words("history.model.value", **values)
    rows = [
        _part("api", "up", api, words),
        _part("server", "down" if state.model_away else "up", model, words, theirs=bool(state.model_away)),
        _part(
            "database",
            "down" if state.database_away else "up",
            state.database_away or words("operations.database.says"),
            words,
            theirs=bool(state.database_away),
        ),
        _champion(state, words),
        *([_part("disk", "up", words("operations.disk.free", gigabytes=f"{free / 1e9:.1f}"), words)] if free else []),
    ]
    heads = [words(f"operations.{key}") for key in ("part", "state", "detail")]
    return model_facts.framed(words("operations.parts"), heads, rows, "checks")


def _champion(state: PartsState, words: Words) -> Markup:
    if state.database_away:
        return _part("pointer", "warn", words("operations.pointer.unknown"), words)
    if state.champion is None:
        return _part("pointer", "warn", words("operations.pointer.none"), words)
    same = "same" if state.follows else "other" if state.model else "away"
    sentence = words(f"operations.pointer.{same}", version=state.champion.version)
    return _part("pointer", "up" if state.follows else "warn", sentence, words)


def _part(name: str, state: str, detail: str, words: Words, *, theirs: bool = False) -> Markup:
    kind = {"up": "passed", "down": "refused", "warn": "warned"}[state]
    return row(
        words(f"operations.{name}"),
        cell(model_facts.state(kind, words(f"operations.{state}"))),
        recorded(detail, "", words) if theirs else cell(detail),
    )


def requests(traffic: Traffic | None, words: Words) -> Markup:
    """Return the figures of requests since this process started, and a table of its routes."""
    if traffic is None:
        return paragraph(words("operations.requests.other"), "empty")
    routes = traffic.routes()
    if not routes:
        return paragraph(words("operations.requests.none"), "empty")
    answers = traffic.answers()
    by = ", ".join(
        words("operations.answers.by", version=version, count=words.count(count)) for version, count in answers.items()
    )
    tiles = [
        (words("operations.count"), words.count(sum(route.requests for route in routes)), ""),
        (words("operations.errors"), words.count(sum(route.errors for route in routes)), ""),
        (words("operations.answers"), words.count(sum(answers.values())), by),
    ]
    tiles += [
        (
            words(f"operations.groups.{group.stage}"),
            words("operations.groups.mean", mean=f"{group.predictions / group.groups:.1f}"),
            words(f"operations.groups.{group.stage}.means", count=group.groups),
        )
        for group in traffic.groups()
    ]
    heads = [words(f"operations.{key}") for key in ("route", "count", "errors", "median", "p95")]
    lines: list[Sequence[str]] = [
        (
            f"{route.method} {route.route}",
            words.count(route.requests),
            words.count(route.errors),
            words("operations.ms", ms=milliseconds(route.median)),
            words("operations.ms", ms=milliseconds(route.p95)),
        )
        for route in routes
    ]
    return cards.definitions(tiles, "tiles") + model_facts.table(words("operations.requests"), heads, lines)


def outcomes(scores: LiveScores, words: Words) -> Markup:
    """Return how the newest predictions compare with what the years really cost."""
    if not scores.predictions:
        return paragraph(words("operations.outcomes.empty"), "empty")
    if scores.inside is None or scores.typical_mae is None or scores.bias is None:
        return paragraph(words("operations.outcomes.none"), "empty")
    lead = words("operations.outcomes.lead", looked=words.count(scores.predictions), known=words.count(scores.outcomes))
    few = scores.outcomes < FEWEST_OUTCOMES
    held = inside(round(scores.inside * scores.outcomes), scores.outcomes, words)
    means = words("operations.inside.few", fewest=FEWEST_OUTCOMES) if few else words("operations.inside.means")
    tiles = [
        (words("operations.inside"), held, means),
        (words("operations.miss"), words.money(scores.typical_mae), words("operations.miss.means")),
        (words("operations.bias"), words.change(scores.bias), words("operations.bias.means")),
    ]
    return paragraph(lead, "lead-in") + cards.definitions(tiles, "tiles")
