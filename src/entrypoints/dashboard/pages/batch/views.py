"""What is shown of many people, as HTML: rows as they are read, progress, sums, answers, bad rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from domain.errors import FieldError
from domain.people.meaning import shown
from domain.people.notes import NO_NAME, Decision
from entrypoints.dashboard.charts.drawing import Scale, bars
from entrypoints.dashboard.elements import cell, element, head, mark, paragraph, row, together
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.recorded import translated
from entrypoints.dashboard.widgets.table import fact_looks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.costs.scored_people import Answer, Group, ScoredPeople, Totals
    from domain.people.beneficiary import Beneficiary
    from domain.people.contract import Violation
    from domain.people.fact import Fact
    from domain.people.matching import Matching
    from domain.people.people_table import Line
    from domain.people.table_reading import TableReading
    from domain.ports.people_files import PeopleTable
    from entrypoints.dashboard.locale.speech import Words
    from entrypoints.dashboard.pages.batch.uploads import Upload

_ROWS: Final = 25
_NOTES: Final = frozenset((Decision.ENCODING, Decision.SHEET))
"""Decisions about a file that have sentences of their own."""
_NAMED: Final = 12
"""Columns that are named, at most, among those that are not read."""
_LONGEST: Final = 300
"""Characters of a detail that are shown."""
_HIDDEN: Final = frozenset(("wide", "wider", "below"))
"""Looks of columns that a narrow screen hides."""


def preview(lines: Sequence[Line], reading: TableReading, words: Words) -> Markup:
    """Show the first rows as they are understood; what does not fit is marked."""
    names = (words("batch.table.row"), *map(words.short, words.schema.facts))
    rows = [row(words.count(line.number), *_understood(line, reading, words)) for line in lines]
    heads = element("thead", element("tr", *map(head, names)))
    drawn = element("table", heads, element("tbody", *rows), classes="sorted preview")
    title = words("batch.preview")
    frame = element("section", drawn, classes="scrolling", tabindex="0", aria_label=title)
    return element("h3", title) + frame


def unused(table: PeopleTable, matching: Matching, words: Words) -> Markup:
    """Say which lines and columns of the file are not read."""
    sentences: list[str] = []
    if table.header > 1:
        sentences.append(words("batch.header", line=words.count(table.header)))
    sentences += [
        words(f"batch.note.{note.decision}", **note.values) for note in table.notes if note.decision in _NOTES
    ]
    names = [
        column.replace(NO_NAME, words("batch.unnamed"), 1) if column.startswith(NO_NAME) else column
        for column in table.columns
        if column not in matching.values()
    ]
    if names:
        more = len(names) - _NAMED
        listed = ", ".join(names[:_NAMED]) + (words("batch.unused.more", count=more) if more > 0 else "")
        sentences.append(words("batch.unused", columns=listed))
    return paragraph(" ".join(sentences), "hint") if sentences else Markup()


def progress(upload: Upload, words: Words) -> Markup:
    """Show how far the work is."""
    done = upload.scored.rows if upload.scored else 0
    bad = upload.scored.bad if upload.scored else 0
    rows = upload.given.rows if upload.given else 0
    left = f" · {words('batch.progress.bad', count=bad)}" if bad else ""
    return together(
        paragraph(words("batch.waiting"), "notice warn") if upload.waiting else "",
        element("progress", aria_label=words("batch.work"), max=rows, value=done),
        paragraph(words("batch.progress", done=words.count(done), count=rows) + left),
    )


def totals(sums: Totals, scored: ScoredPeople, words: Words) -> Markup:
    """Show three figures of everybody, and how many people cost how much."""
    if not sums.people:
        return cards.notice("bad", words("batch.nobody"), "")
    figures = (
        ("total", words.whole(sums.expected), words("batch.total.means", count=sums.people)),  # as in the group's quote
        ("each", words.money(sums.expected / sums.people), words("batch.each.means")),
        ("middle", words.money(sums.middle), words("batch.middle.means")),
    )
    tiles = [cards.figure(words(f"batch.{key}"), usd, means) for key, usd, means in figures]
    unsure = words("batch.unsure", count=words.count(sums.unsure)) if sums.unsure else ""
    left = words("batch.left.count", count=scored.bad, rows=words.count(scored.rows)) if scored.bad else ""
    notices = [paragraph(sentence, "notice warn") for sentence in (left, unsure) if sentence]
    return together(*notices, element("div", *tiles, classes="facts plain"), _spread(sums.groups, words))


def answers(scored: ScoredPeople, words: Words) -> list[Markup]:
    """Show the first answers, page by page."""
    free = cards.no_cost((answer.zero for _, answer in scored.shown), words)
    heads = [
        (words("batch.table.row"), ""),
        *zip(map(words.short, words.schema.facts), fact_looks(words, always=1), strict=True),
        (words("typical"), "number-cell strong"),
        (words("history.expected"), "number-cell"),
        (words("range"), "number-cell wider"),
        *([(words("zero"), "number-cell wider share-cell")] if free else []),
        (words("batch.table.note"), "whole-words"),
    ]
    caption = words("batch.table", count=len(scored.shown))
    lines = [
        _answer(who, answer, words, heads, *free[place : place + 1]) for place, (who, answer) in enumerate(scored.shown)
    ]
    return list(_paged(caption, heads, lines))


def left_out(scored: ScoredPeople, columns: int, words: Words) -> list[Markup]:
    """List what is wrong with which row of a table of so many columns, page by page."""
    caption = words(
        "batch.left.first", count=words.count(len(scored.violations)), all=words.count(scored.violation_count)
    )
    keys = ("batch.table.row", "models.fact", "batch.left.found", "batch.left.what")
    heads = [(words(key), "") for key in keys]
    return list(_paged(caption, heads, [_left(violation, columns, words) for violation in scored.violations]))


def detail(message: str, words: Words) -> Markup:
    """Show what a file's reader said, in the language of the page where its catalogue has the sentence."""
    translation = translated(message, words)
    sentence = words("batch.detail", detail=translation or message[:_LONGEST])
    return element("p", sentence, classes="hint", lang="" if translation else "en")


def _understood(line: Line, reading: TableReading, words: Words) -> list[Markup]:
    if line.broken:
        return [cell(words("batch.preview.broken"), "misfit", colspan=words.schema.width)]
    return [_cell(fact, line, reading, words) for fact in words.schema.facts]


def _cell(fact: Fact, line: Line, reading: TableReading, words: Words) -> Markup:
    if fact.name not in reading.matched.columns:
        empty = words("fact.not_given" if fact.may_be_missing else "batch.none")
        return cell(empty, "" if fact.may_be_missing else "misfit")
    value = reading.value(fact.name, line.cells)
    if isinstance(value, FieldError):
        raw = shown(reading.cell(fact.name, line.cells))
        sentence = words("batch.preview.bad", value=raw) if raw else words("batch.preview.empty")
        return cell(sentence, "misfit")
    return cell(words.value(fact, value))


def _spread(groups: Sequence[Group], words: Words) -> Markup:
    """Draw people by their expected cost: a table with a bar in each row."""
    scale = Scale(max(group.people for group in groups))
    rows = [
        row(
            _group(group, words),
            cell(mark("bar people", 0, width=scale.percent(group.people)), "track"),
            cell(words.count(group.people), "usd"),
        )
        for group in groups
    ]
    title, heads = words("batch.spread"), [words(f"batch.spread.{key}") for key in ("cost", "chart", "people")]
    return element("h3", title) + bars(title, heads, rows, "spread")


def _group(group: Group, words: Words) -> str:
    if math.isinf(group.high):
        return words("batch.spread.open", low=words.money(group.low))
    return words("range.value", low=words.money(group.low), high=words.money(group.high))


def _answer(who: Beneficiary, answer: Answer, words: Words, heads: Sequence[tuple[str, str]], *zero: str) -> Markup:
    texts = [
        *words.facts(who),
        words.money(answer.typical),
        words.money(answer.expected),
        words("range.value", low=words.money(answer.low), high=words.money(answer.high)),
        *zero,
        words("batch.table.rough") if answer.cautions else "",
    ]
    cells = [cell(value, look) for value, (_, look) in zip(texts, heads[1:], strict=True)]
    # a narrow screen hides columns: there, a row below holds them
    hidden = [(head, value) for (head, look), value in zip(heads[1:], texts, strict=True) if _HIDDEN & {*look.split()}]
    number = words.count(answer.row)
    summary = element("summary", words("batch.table.rest", row=number))
    rest = element("details", summary, cards.definitions(hidden, "pairs"))
    return row(number, *cells) + element("tr", cell(rest, colspan=len(heads)), classes="rest")


def _left(violation: Violation, columns: int, words: Words) -> Markup:
    if violation.rule == "malformed":
        fact, value = words("batch.left.whole"), ""
        what = words("batch.left.broken", detail=translated(violation.detail, words) or violation.detail)
        if violation.value:
            what = words("batch.left.fields", fields=violation.value, columns=columns)
    else:
        fact, value = words.named(violation.column), violation.value or words("batch.preview.empty")
        what = _mend(violation, words)
    return row(
        words.count(violation.row or 0),
        cell(fact, "whole-words"),
        cell(value, "whole-words" if not violation.value else ""),
        cell(what),
    )


def _mend(violation: Violation, words: Words) -> str:
    fact = words.schema.by_name.get(violation.column)
    if violation.rule == "missing":
        return words("batch.fix.missing")
    if fact and not fact.kind.is_numeric and violation.rule in ("type", "choice"):
        return words.instead(fact)
    return words.error(FieldError(violation.column, violation.rule, violation.detail))


def _paged(caption: str, heads: Sequence[tuple[str, str]], lines: Sequence[Markup]) -> Iterator[Markup]:
    columns = element("thead", element("tr", *[head(text, look) for text, look in heads]))
    title = element("caption", caption, classes="caption")
    for at in range(0, len(lines), _ROWS):
        yield element("table", title, columns, element("tbody", *lines[at : at + _ROWS]), classes="sorted")
