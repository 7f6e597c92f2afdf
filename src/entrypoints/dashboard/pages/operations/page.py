"""What runs, what was asked and how the answers came out; live while somebody looks."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, ParamSpec, TypeVar

from markupsafe import Markup
from nicegui import ui

from application.access.review_keys import ReviewKeys
from application.monitoring.measure_outcomes import LiveScores, MeasureOutcomes
from application.monitoring.review_fit import Fit, ReviewFit
from application.monitoring.watch_inputs import InputDrift, WatchInputs
from application.operations.audit_changes import AuditPage, ReviewAudit
from application.operations.check_parts import CheckParts, PartsState
from application.operations.review_operations import AcknowledgeAlarm, Operations, ReviewOperations
from domain.errors import NotSignedIn, Unavailable
from entrypoints.dashboard.addresses import at
from entrypoints.dashboard.auth.guard import author_of
from entrypoints.dashboard.charts.drift import drift
from entrypoints.dashboard.elements import element, paragraph, together
from entrypoints.dashboard.layout.page import Page
from entrypoints.dashboard.layout.shell import HtmlCard, button, card, html, tag
from entrypoints.dashboard.pages.operations import records, tables
from entrypoints.dashboard.pages.operations.figures_file import FIGURES
from entrypoints.dashboard.pages.operations.fit import fit
from entrypoints.dashboard.pages.operations.over import OverTime
from entrypoints.dashboard.pages.operations.span import SPANS
from entrypoints.dashboard.widgets import cards

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import timedelta

    from nicegui.events import GenericEventArguments

    from domain.access.keys import KeyUse
    from domain.monitoring.alarms import Alarm
    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Visit
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.options import Traffic

_RECORDS_EVERY: Final = 20.0
"""Seconds between two looks at a thousand predictions."""
_SHARED_FOR: Final = 5.0
"""Seconds for which all views share one look at them."""
_PATIENCE: Final = 0.5
"""Seconds that the first page waits for its numbers, before it is shown without them."""
_P = ParamSpec("_P")
_T = TypeVar("_T")
_SEEN: Final = element(
    "script",
    Markup(  # NiceGUI's `emitEvent` needs a page of Quasar's, and this one is laid out by HTML
        "document.addEventListener('visibilitychange', () => "
        "getHtmlElement(0).dispatchEvent(new CustomEvent('seen', {detail: !document.hidden})))"
    ),
)


@dataclass(frozen=True)
class UseCases:
    """The questions of the page to the application."""

    check: Callable[[], Awaitable[PartsState]]
    measure: Callable[[], Awaitable[LiveScores]]
    watch: Callable[[], Awaitable[InputDrift]]
    review: Callable[[], Awaitable[Fit]]
    operations: Shared[[timedelta, timedelta], Operations]
    acknowledge: Callable[..., Awaitable[bool]]
    keys: Callable[[], Awaitable[Sequence[KeyUse]]]
    audit: Callable[[int], Awaitable[AuditPage]]


class Shared(Generic[_P, _T]):
    """Asks the same at most once in a while: views that come meanwhile share the last answer.

    Each view has asked before whether its session lives, see `OperationsPage._look`.
    """

    def __init__(self, ask: Callable[_P, Awaitable[_T]], *, seconds: float = _SHARED_FOR) -> None:
        self._ask, self._seconds = ask, seconds
        self._last: dict[tuple[object, ...], tuple[float, _T]] = {}

    async def __call__(self, *question: _P.args, **named: _P.kwargs) -> _T:
        """Return the last answer to a question, or ask anew if it is too old."""
        key = (question, *named.items())
        last = self._last.get(key)
        if last is None or time.monotonic() - last[0] > self._seconds:
            last = self._last[key] = time.monotonic(), await self._ask(*question, **named)
        return last[1]

    def forget(self) -> None:
        """Forget all answers, because what they say was changed."""
        self._last.clear()


def page(inject: Inject, traffic: Traffic | None, every: float) -> Page:
    """Make the page over its use cases.

    Args:
        inject: the guard's.
        traffic: the traffic of the API in this process.
        every: seconds between two looks, while the page is seen.
    """
    use = UseCases(
        inject(CheckParts),
        Shared(inject(MeasureOutcomes)),
        Shared(inject(WatchInputs)),
        Shared(inject(ReviewFit)),
        Shared(inject(ReviewOperations)),
        inject(AcknowledgeAlarm),
        Shared(inject(ReviewKeys)),
        Shared(inject(ReviewAudit)),
    )

    async def build(visit: Visit) -> None:
        await OperationsPage(use, traffic, every, visit).first_look()

    return Page("/operations", "operations", build, admin=True)


class OperationsPage:
    """The open page of one browser."""

    def __init__(self, use: UseCases, traffic: Traffic | None, every: float, visit: Visit) -> None:
        words = visit.words
        self._use, self._traffic, self._words = use, traffic, words
        self._measured = -_RECORDS_EVERY
        request = visit.client.request
        span = request.query_params.get("span", "")
        self._span = span if span in SPANS else next(iter(SPANS))
        self._by = author_of(request)
        self._alarms: Sequence[Alarm] | None = None
        self._free: int | None = None
        with visit.frame(words("operations.title"), words("operations.lead")), tag("div", "results"):
            self._problem = html().props("role=alert")
            visit.tell_mistakes(self._problem)
            with card("alarms", words("operations.alarms")) as section:
                section.props("tabindex=-1")
                self._alarms_place = tag("div")
                with self._alarms_place:
                    html(_waiting(words))
            with card("over", words("operations.over"), words("operations.over.lead")):
                html(_spans(self._span, words))
                self._over = OverTime(words)
            waiting = _waiting(words)

            def part(key: str, lead: str = "") -> HtmlCard:
                return HtmlCard(key, words(f"operations.{key}"), lead and words(lead), content=waiting)

            self._events = part("events", "operations.events.lead")
            self._jobs = part("jobs")
            self._parts = part("parts")
            self._requests = part("requests", "operations.requests.lead")
            self._outcomes = part("outcomes")
            self._fit = part("fit")
            self._drift = part("drift")
            self._keys = part("keys", "operations.keys.lead")
            self._audit = part("audit", "operations.audit.lead")
            self._timer = ui.timer(every, self._look, immediate=False)
        ui.add_body_html(str(_SEEN))  # which NiceGUI appends to a string of its own
        ui.on("seen", self._seen, ["detail"])

    async def first_look(self) -> None:
        """Show everything, or the page without it after half a second."""
        await asyncio.wait([asyncio.ensure_future(self._look())], timeout=_PATIENCE)

    async def _look(self) -> None:
        words = self._words
        self._requests.content = tables.requests(self._traffic, words)
        try:
            state = await self._use.check()
            if state.database_away:
                away = cards.notice("bad", words("operations.records.away"), words("operations.away.do"))
                self._over.away(away)
                for place in self._recorded:
                    place.content = away
                self._alarms = None
                self._alarms_place.clear()
                with self._alarms_place:
                    html(away)
                self._measured = -_RECORDS_EVERY  # look again as soon as it is back
            elif time.monotonic() - self._measured >= _RECORDS_EVERY:
                await self._look_back()
                self._outcomes.content = tables.outcomes(await self._use.measure(), words)
                self._fit.content = fit(await self._use.review(), words)
                self._drift.content = drift(await self._use.watch(), words)
                self._measured = time.monotonic()
            self._parts.content = tables.parts(state, self._traffic, self._free, words)
        except NotSignedIn:
            self._timer.deactivate()  # the guard has sent the browser to the sign-in page
        except Unavailable:
            self._problem.content = cards.notice("bad", words("operations.away"), words("operations.away.do"))
        else:
            self._problem.content = ""

    @property
    def _recorded(self) -> Sequence[HtmlCard]:
        """Show the figures from the database, or that the database is unavailable."""
        return (self._events, self._jobs, self._keys, self._audit, self._outcomes, self._fit, self._drift)

    async def _look_back(self) -> None:
        """Show the span, and the alarms of now."""
        words, operations = self._words, await self._use.operations(*SPANS[self._span])
        self._over.show(operations)
        self._events.content = records.events(operations.events, words)
        self._jobs.content = records.jobs(operations.jobs, words)
        self._keys.content = records.keys(await self._use.keys(), operations.until, words)
        self._audit.content = records.audit(await self._use.audit(records.MOST), words)
        self._free = operations.free
        self._show_alarms(operations.alarms)

    def _show_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Show alarms, each with a button to say that it was seen; buttons that are there already stay."""
        if alarms == self._alarms:
            return
        self._alarms = alarms
        self._alarms_place.clear()
        with self._alarms_place:
            if not alarms:
                html(paragraph(self._words("operations.alarms.none"), "verified"))
            for alarm in alarms:
                with tag("div", "alarm"):
                    html(records.alarm(alarm, self._words))
                    if alarm.seen is None:
                        self._button(alarm)

    def _button(self, alarm: Alarm) -> None:
        label = self._words("operations.alarm.see")
        pressed = button(label).props(f'aria-label="{label}: {alarm.name}"')
        pressed.on("click", partial(self._acknowledge, alarm.name))
        pressed.on("click", js_handler="() => document.getElementById('alarms').focus()")

    async def _acknowledge(self, name: str) -> None:
        self._measured = -_RECORDS_EVERY
        try:
            await self._use.acknowledge(name, by=self._by)
        except NotSignedIn:
            return  # the guard has sent the browser to the sign-in page
        except Unavailable:
            self._problem.content = cards.notice(
                "bad", self._words("operations.away"), self._words("operations.away.do")
            )
            return
        self._use.operations.forget()
        await self._look()

    def _seen(self, event: GenericEventArguments) -> None:
        self._timer.active = bool(event.args["detail"])


def _spans(span: str, words: Words) -> Markup:
    """Link to each span, and to the figures of the one that is shown."""
    links = [
        element(
            "a",
            words(f"operations.over.{name}"),
            href=at(f"/operations?span={name}"),
            classes="btn",
            aria_current="true" if name == span else None,
        )
        for name in SPANS
    ]
    file = element(
        "a", words("operations.over.file"), href=at(f"{FIGURES}?span={span}"), download=f"operations-{span}.csv"
    )
    return together(
        element("nav", *links, classes="spans", aria_label=words("operations.over")),
        element("p", file, classes="hint"),
    )


def _waiting(words: Words) -> Markup:
    return paragraph(words("working"), "empty")
