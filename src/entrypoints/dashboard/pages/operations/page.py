"""What runs, what was asked and how the answers came out; live while somebody looks."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from nicegui import ui

from application.monitoring.measure_outcomes import LiveScores, MeasureOutcomes
from application.monitoring.review_fit import Fit, ReviewFit
from application.monitoring.watch_inputs import InputDrift, WatchInputs
from application.operations.check_parts import CheckParts, PartsState
from domain.errors import NotSignedIn, Unavailable
from domain.monitoring.report import FEWEST_OUTCOMES
from entrypoints.dashboard.charts.drift import drift
from entrypoints.dashboard.elements import cell, element, paragraph, row
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import card, html, tag
from entrypoints.dashboard.pages.operations.fit import fit, inside
from entrypoints.dashboard.widgets import cards, model_facts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from nicegui.events import GenericEventArguments

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import Traffic

_RECORDS_EVERY: Final = 20.0
"""Seconds between two looks at a thousand predictions."""
_PATIENCE: Final = 0.5
"""Seconds that the first page waits for its numbers, before it is shown without them."""
_SHORT: Final = 12
_LONG: Final = 0.1
"""Seconds from which tenths of a millisecond say nothing."""
_SEEN: Final = element(
    "script", Markup("document.addEventListener('visibilitychange', () => emitEvent('seen', !document.hidden))")
)


@dataclass(frozen=True)
class UseCases:
    """What the page asks of the application."""

    check: Callable[[], Awaitable[PartsState]]
    measure: Callable[[], Awaitable[LiveScores]]
    watch: Callable[[], Awaitable[InputDrift]]
    review: Callable[[], Awaitable[Fit]]


def page(inject: Inject, traffic: Traffic | None, every: float) -> Page:
    """Make the page over its use cases.

    Args:
        inject: the guard's.
        traffic: of the API in this process.
        every: seconds between two looks, while the page is seen.
    """
    use = UseCases(inject(CheckParts), inject(MeasureOutcomes), inject(WatchInputs), inject(ReviewFit))

    async def build(visit: Visit) -> None:
        await OperationsPage(use, traffic, every, visit).first_look()

    return Page("/operations", "operations", build, admin=True)


class OperationsPage:
    """One open page."""

    def __init__(self, use: UseCases, traffic: Traffic | None, every: float, visit: Visit) -> None:
        words = visit.words
        self._use, self._traffic, self._words = use, traffic, words
        self._measured = -_RECORDS_EVERY
        with visit.frame(words("operations.title"), words("operations.lead")), tag("div", "results"):
            self._problem = html().props("role=alert")
            visit.tell_mistakes(self._problem)
            with card("parts", words("operations.parts")):
                self._parts = html(_waiting(words))
            with card("requests", words("operations.requests"), words("operations.requests.lead")):
                self._requests = html(_waiting(words))
            with card("outcomes", words("operations.outcomes")):
                self._outcomes = html(_waiting(words))
            with card("fit", words("operations.fit")):
                self._fit = html(_waiting(words))
            with card("drift", words("operations.drift")):
                self._drift = html(_waiting(words))
            self._timer = ui.timer(every, self._look, immediate=False)
        ui.add_body_html(str(_SEEN))  # which NiceGUI appends to a string of its own
        ui.on("seen", self._seen)

    async def first_look(self) -> None:
        """Show everything, or the page without it after half a second."""
        await asyncio.wait([asyncio.ensure_future(self._look())], timeout=_PATIENCE)

    async def _look(self) -> None:
        words = self._words
        self._requests.content = _requests(self._traffic, words)
        try:
            state = await self._use.check()
            self._parts.content = _parts(state, self._traffic, words)
            if state.database_away:
                away = cards.notice("bad", words("operations.records.away"), words("operations.away.do"))
                self._outcomes.content = self._fit.content = self._drift.content = away
                self._measured = -_RECORDS_EVERY  # look again as soon as it is back
            elif time.monotonic() - self._measured >= _RECORDS_EVERY:
                self._outcomes.content = _outcomes(await self._use.measure(), words)
                self._fit.content = fit(await self._use.review(), words)
                self._drift.content = drift(await self._use.watch(), words)
                self._measured = time.monotonic()
        except NotSignedIn:
            self._timer.deactivate()  # the guard has sent the browser to the sign-in page
        except Unavailable:
            self._problem.content = cards.notice("bad", words("operations.away"), words("operations.away.do"))
        else:
            self._problem.content = ""

    def _seen(self, event: GenericEventArguments) -> None:
        self._timer.active = bool(event.args)


def _waiting(words: Words) -> Markup:
    return paragraph(words("working"), "empty")


def _parts(state: PartsState, traffic: Traffic | None, words: Words) -> Markup:
    api = words("operations.api.here" if traffic else "operations.api.other")
    model = state.model_away
    if state.model:
        said = {"version": state.model.version, "digest": state.model.digest[:_SHORT]}
        model = words("operations.server.says", **said)
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
    ]
    heads = [words(f"operations.{key}") for key in ("part", "state", "detail")]
    return model_facts.framed(words("operations.parts"), heads, rows, "checks")


def _champion(state: PartsState, words: Words) -> Markup:
    if state.database_away:
        return _part("pointer", "warn", words("operations.pointer.unknown"), words)
    if state.champion is None:
        return _part("pointer", "warn", words("operations.pointer.none"), words)
    same = "same" if state.follows else "other" if state.model else "away"
    said = words(f"operations.pointer.{same}", version=state.champion.version)
    return _part("pointer", "up" if state.follows else "warn", said, words)


def _part(name: str, state: str, detail: str, words: Words, *, theirs: bool = False) -> Markup:
    kind = {"up": "passed", "down": "refused", "warn": "warned"}[state]
    return row(
        words(f"operations.{name}"),
        cell(model_facts.state(kind, words(f"operations.{state}"))),
        cell(detail, lang="en" if theirs else ""),  # repeated as the part said it
    )


def _requests(traffic: Traffic | None, words: Words) -> Markup:
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
        (words("operations.count"), words.count(sum(one.requests for one in routes)), ""),
        (words("operations.errors"), words.count(sum(one.errors for one in routes)), ""),
        (words("operations.answers"), words.count(sum(answers.values())), by),
    ]
    tiles += [
        (
            words(f"operations.groups.{one.stage}"),
            words("operations.groups.mean", mean=f"{one.predictions / one.groups:.1f}"),
            words(f"operations.groups.{one.stage}.means", groups=words.count(one.groups)),
        )
        for one in traffic.groups()
    ]
    heads = [words(f"operations.{key}") for key in ("route", "count", "errors", "median", "p95")]
    lines: list[Sequence[str]] = [
        (
            f"{one.method} {one.route}",
            words.count(one.requests),
            words.count(one.errors),
            words("operations.ms", ms=_milliseconds(one.median)),
            words("operations.ms", ms=_milliseconds(one.p95)),
        )
        for one in routes
    ]
    return cards.definitions(tiles, "tiles") + model_facts.table(words("operations.requests"), heads, lines)


def _outcomes(scores: LiveScores, words: Words) -> Markup:
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


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}" if seconds >= _LONG else f"{1000 * seconds:.1f}"
