"""Figures over time: bars or lines above an axis of time, with the numbers as a table that unfolds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from domain.people.numbers import round_step
from entrypoints.dashboard.charts.drawing import Scale, field_of_view, numbers
from entrypoints.dashboard.elements import cell, element, mark, paragraph, row, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markupsafe import Markup

    from entrypoints.dashboard.locale.speech import Words

_HEIGHT: Final = 200
"""Height of the drawing in its own units; the width is 1000."""
_TICKS: Final = 8
"""Approximate number of labels of the time axis; where it is narrow, the theme hides every second one."""
_LEVELS: Final = 4
_TIME: Final = 14
"""Room of an event's time, in per cent of the axis."""
_NAMED: Final = 36
"""Room of an event's time and name, in per cent of the axis."""
_ROOM: Final = 1.08
_NONE: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Times:
    """An axis of time: when each period begins (UTC), and how long they are."""

    begin: Sequence[datetime]
    lasts: timedelta

    @property
    def width(self) -> float:
        """Width of a period, in per cent of the axis."""
        return 100 / len(self.begin)

    def percent(self, at: datetime) -> float:
        """Return the position of a moment in per cent of the axis."""
        return self.width * ((at - self.begin[0]) / self.lasts)

    def write(self, at: datetime, words: Words) -> str:
        """Write a beginning as a label: the hour where periods are hours, else the day."""
        at = at.astimezone(UTC)
        if self.lasts <= timedelta(hours=1):
            return f"{at:%H:%M}"
        return words.day_of_month(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure in each period.

    Args:
        name: for people.
        values: None where there is none.
        few: whether a value rests on too few observations to say anything.
        look: ``bars`` or ``bars bad``; ``line`` or ``line second``.
    """

    name: str
    values: Sequence[float | None]
    few: Sequence[bool] = field(default_factory=tuple[bool, ...])
    look: str = "line"

    def is_few(self, place: int) -> bool:
        """Return whether the value at a place rests on too few observations."""
        return bool(self.few) and self.few[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Figures over time. Two that are equal look the same.

    Args:
        title: what is drawn.
        times: the axis.
        lines: what is drawn; bars first.
        write: writes a value.
        events: moments to mark, and what happened then.
        target: a value to mark, such as the coverage that was promised.
        most: the upper end of the axis; by default the largest value and a little more.
        whole: whether values are counts, of which there is no half.
    """

    title: str
    times: Times
    lines: Sequence[Line]
    write: Callable[[float], str] = field(compare=False)
    events: Sequence[tuple[datetime, str]] = ()
    target: float | None = None
    most: float | None = None
    whole: bool = False


def over_time(chart: Chart, words: Words, moments: Sequence[str]) -> Markup:
    """Return a chart of figures over time, or a remark if there are no values.

    Args:
        chart: what is drawn.
        words: the words of the visit.
        moments: the beginnings of the periods as `Words.moment` writes them: all charts of a span share them.
    """
    title, times, lines, write, target = chart.title, chart.times, chart.lines, chart.write, chart.target
    heading = element("h3", title)
    values = [value for line in lines for value in line.values if value is not None]
    if not values:
        return element("div", heading, paragraph(words("operations.over.none"), "empty"), classes="over")
    up = Scale(chart.most or max(*values, target or 0.0, 1e-9) * _ROOM)
    levels = [(write(value), up.percent(value)) for value in _levels(up.high, 1.0 if chart.whole else 0.0)]
    every = -(-len(times.begin) // _TICKS)
    ticks = [(times.write(at, words), times.percent(at)) for at in times.begin[::every]]
    marks = list(_events(chart.events, times, words))
    marks += [mark("target-line", 0.0, width=100.0, bottom=up.percent(target))] if target is not None else []
    marks += [point for line in lines if line.look.startswith("line") for point in _points(line, times, up)]
    drawn = field_of_view([*_paths(lines, times, up)], levels, ticks, _HEIGHT, together(*marks))
    summary = ". ".join(_summary(line, moments, write, words) for line in lines)
    return element(
        "div",
        heading,
        _legend(lines),
        element("div", drawn, classes="band", role="img", aria_label=f"{title}. {summary}"),
        _table(title, moments, lines, write, words),
        classes="over",
    )


def _events(events: Sequence[tuple[datetime, str]], times: Times, words: Words) -> Iterator[Markup]:
    """Mark moments by lines, with their times, and with what happened, where there is room."""
    free = 0.0
    for at, name in sorted(events):
        place, time = times.percent(at), times.write(at, words)
        label, look = "", "event-line"
        for text, width in ((f"{time} {name}", _NAMED), (time, _TIME)):
            at_end = place > 100 - width
            start = place - width if at_end else place
            if start >= free:
                label, look = element("b", text), "event-line at-end" if at_end else look
                free = start + width
                break
        yield element("i", label, classes=look, style=f"left:{place:.2f}%")


def _paths(lines: Sequence[Line], times: Times, up: Scale) -> Iterator[tuple[str, str]]:
    for line in lines:
        places = [(10 * times.width * place, value) for place, value in enumerate(line.values)]
        width = 10 * times.width
        if line.look.startswith("bars"):
            bars = [_bar(left + width * 0.1, width * 0.8, _down(value, up)) for left, value in places if value]
            yield line.look, " ".join(bars)
        else:
            yield f"curve {line.look}", " ".join(_runs([(left + width / 2, value) for left, value in places], up))


def _bar(left: float, width: float, top: float) -> str:
    return f"M{left:.1f},{_HEIGHT} V{top:.1f} H{left + width:.1f} V{_HEIGHT} Z"


def _runs(places: Sequence[tuple[float, float | None]], up: Scale) -> Iterator[str]:
    """Draw a line through values that follow each other; where one is missing, it is interrupted."""
    for there, run in groupby(places, key=lambda place: place[1] is not None):
        if there:
            yield "M" + " L".join(f"{x:.1f},{_down(value, up):.1f}" for x, value in run if value is not None)


def _down(value: float, up: Scale) -> float:
    return _HEIGHT - _HEIGHT * min(up.percent(value), 100) / 100


def _points(line: Line, times: Times, up: Scale) -> Iterator[Markup]:
    for place, value in enumerate(line.values):
        if value is not None:
            look = f"point {line.look}{' few' if line.is_few(place) else ''}"
            yield mark(look, times.width * (place + 0.5), bottom=min(up.percent(value), 100))


def _legend(lines: Sequence[Line]) -> Markup:
    named = [element("span", element("i", classes=line.look), line.name) for line in lines]
    return element("p", *named, classes="legend", aria_hidden="true")


def _summary(line: Line, moments: Sequence[str], write: Callable[[float], str], words: Words) -> str:
    """Return a sentence with the last and the highest value of a line."""
    places = [(value, place) for place, value in enumerate(line.values) if value is not None]
    if not places:
        return f"{line.name}: {words('operations.over.none')}"
    last, highest = places[-1], max(places)
    return words(
        "operations.over.seen",
        name=line.name,
        last=write(last[0]),
        at=moments[last[1]],
        highest=write(highest[0]),
        then=moments[highest[1]],
    )


def _table(
    title: str, moments: Sequence[str], lines: Sequence[Line], write: Callable[[float], str], words: Words
) -> Markup:
    rows = [
        row(at, *[cell(_cell(line, place, write, words)) for line in lines])
        for place, at in reversed(list(enumerate(moments)))
        if any(line.values[place] is not None for line in lines)
    ]
    heads = (words("operations.over.from"), *[line.name for line in lines])
    return numbers(words("operations.over.table"), title, heads, rows)


def _cell(line: Line, place: int, write: Callable[[float], str], words: Words) -> str:
    value = line.values[place]
    if value is None:
        return _NONE
    return words("operations.over.few", value=write(value)) if line.is_few(place) else write(value)


def _levels(high: float, least: float = 0.0) -> Sequence[float]:
    """Return three to five round numbers from 0 to an end, evenly apart, and at least so far.

    >>> _levels(1.1), _levels(1.1, 1.0)
    ([0.0, 0.5, 1.0], [0.0, 1.0])
    """
    step = round_step(max(high / _LEVELS, least))
    return [i * step for i in range(int(high / step) + 1)]
