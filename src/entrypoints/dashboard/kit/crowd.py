"""What is shown of many people, as strings of HTML: rows as they are read, progress, sums, answers, bad rows."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Final

from domain.beneficiary import FACTS
from domain.errors import FieldError, InvalidBeneficiary
from domain.people_table import meant, person_of
from entrypoints.dashboard.kit import cards
from entrypoints.dashboard.kit.charts import Scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.beneficiary import Beneficiary
    from domain.claims import Violation
    from domain.people_table import Matching, Row
    from domain.scored_people import Answer, Group, ScoredPeople, Totals
    from entrypoints.dashboard.kit.desk import Place
    from entrypoints.dashboard.words.speech import Words

_ROWS: Final = 25
_LONGEST: Final = 40
_HEADS: Final = {"age": "age", **{fact: f"history.{fact}" for fact in ("sex", "bmi", "children", "region")}}
_WIDE: Final = {"sex": "wide", "bmi": "wide number-cell", "children": "wide number-cell", "smoker": "wide"}


def preview(rows: Sequence[Row | FieldError], matching: Matching, words: Words) -> str:
    """Show the first rows as they are understood; what does not fit is marked."""
    heads = "".join(f'<th scope="col">{escape(_head(fact, words))}</th>' for fact in FACTS)
    lines = "".join(f"<tr>{_understood(row, matching, words)}</tr>" for row in rows)
    return (
        f'<h3>{escape(words("batch.preview"))}</h3><div class="scrolling" tabindex="0" role="region" '
        f'aria-label="{escape(words("batch.preview"))}"><table class="sorted preview">'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def progress(place: Place, words: Words) -> str:
    """Show how far the work is."""
    done = place.scored.rows if place.scored else 0
    bad = place.scored.bad if place.scored else 0
    rows = place.given.rows if place.given else 0
    waiting = f'<p class="notice warn">{escape(words("batch.waiting"))}</p>' if place.waiting else ""
    left = f" · {escape(words('batch.progress.bad', bad=words.count(bad)))}" if bad else ""
    return (
        f'{waiting}<progress aria-label="{escape(words("batch.work"))}" max="{rows}" value="{done}"></progress>'
        f"<p>{escape(words('batch.progress', done=words.count(done), rows=words.count(rows)))}{left}</p>"
    )


def totals(sums: Totals, scored: ScoredPeople, words: Words) -> str:
    """Say all in three figures, and how many people cost how much."""
    if not sums.people:
        return cards.notice("bad", words("batch.nobody"), "")
    figures = (
        ("total", sums.expected, words("batch.total.means", people=words.count(sums.people))),
        ("each", sums.expected / sums.people, words("batch.each.means")),
        ("middle", sums.middle, words("batch.middle.means")),
    )
    told = "".join(cards.figure(words(f"batch.{key}"), words.usd(usd), means) for key, usd, means in figures)
    unsure = words("batch.unsure", count=words.count(sums.unsure)) if sums.unsure else ""
    left = words("batch.left.count", bad=words.count(scored.bad), rows=words.count(scored.rows)) if scored.bad else ""
    notices = "".join(f'<p class="notice warn">{escape(one)}</p>' for one in (left, unsure) if one)
    return f'{notices}<div class="facts plain">{told}</div>{_spread(sums.groups, words)}'


def answers(scored: ScoredPeople, words: Words) -> list[str]:
    """Show the first answers, page by page."""
    heads = [
        ("batch.table.row", ""),
        *((key, look) for key, look in zip(_keys(), _looks(), strict=True)),
        ("typical", "number-cell"),
        ("history.expected", "number-cell"),
        ("range", "number-cell wider"),
        ("batch.table.note", ""),
    ]
    caption = words("batch.table", count=len(scored.shown))
    lines = [_answer(who, answer, words) for who, answer in scored.shown]
    return list(_paged(caption, [(words(key), look) for key, look in heads], lines))


def left_out(scored: ScoredPeople, words: Words) -> list[str]:
    """List what is wrong with which row, page by page."""
    caption = words(
        "batch.left.first", count=words.count(len(scored.violations)), all=words.count(scored.violation_count)
    )
    heads = [(words("batch.table.row"), ""), (words("batch.left.column"), ""), (words("batch.left.what"), "")]
    return list(_paged(caption, heads, [_left(one, words) for one in scored.violations]))


def detail(said: str, words: Words) -> str:
    """Show what a file's reader said; it is in English."""
    return f'<p class="hint" lang="en">{escape(words("batch.detail", detail=said[:200]))}</p>'


def _keys() -> list[str]:
    return [_HEADS.get(fact, "history.smokes") for fact in FACTS]


def _looks() -> list[str]:
    return [{"age": "number-cell", "region": "wider"}.get(fact, _WIDE.get(fact, "")) for fact in FACTS]


def _head(fact: str, words: Words) -> str:
    return words(_HEADS.get(fact, "history.smokes"))


def _understood(row: Row | FieldError, matching: Matching, words: Words) -> str:
    if isinstance(row, FieldError):
        return f'<td colspan="{len(FACTS)}" class="misfit">{escape(words("batch.preview.broken"))}</td>'
    try:
        person_of(row, matching)
        wrong: set[str] = set()
    except InvalidBeneficiary as broken:
        wrong = {error.field for error in broken.errors}
    return "".join(_cell(fact, row.get(matching.get(fact, "")), words, wrong=fact in wrong) for fact in FACTS)


def _cell(fact: str, cell: object, words: Words, *, wrong: bool) -> str:
    raw = str(cell)[:_LONGEST].strip() if cell is not None else ""
    if wrong:
        said = words("batch.preview.bad", value=raw) if raw else words("batch.preview.empty")
        return f'<td class="misfit">{escape(said)}</td>'
    value = meant(fact, cell)
    if fact == "smoker":
        return f"<td>{escape(words('smoker.yes' if value else 'smoker.no'))}</td>"
    known = words(f"{fact}.{value}") if fact in ("sex", "region") else f"{value:g}" if fact == "bmi" else str(value)
    return f"<td>{escape(known)}</td>"


def _spread(groups: Sequence[Group], words: Words) -> str:
    """Draw people by their expected cost: a table with a bar in each row."""
    scale = Scale(max(group.people for group in groups))
    rows = "".join(
        f'<tr><th scope="row">{escape(_group(group, words))}</th><td class="track">'
        f'<i class="bar crowd" style="left:0;width:{scale.percent(group.people):.2f}%"></i></td>'
        f'<td class="usd">{words.count(group.people)}</td></tr>'
        for group in groups
    )
    heads = "".join(
        f'<th scope="col" class="{look}"><span>{escape(words(f"batch.spread.{key}"))}</span></th>'
        for key, look in (("cost", "fact"), ("chart", "drawn"), ("people", "usd"))
    )
    title = escape(words("batch.spread"))
    return (
        f'<h3>{title}</h3><table class="waterfall spread"><caption class="veiled">{title}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _group(group: Group, words: Words) -> str:
    if math.isinf(group.high):
        return words("batch.spread.open", low=words.usd(group.low))
    return words("range.value", low=words.usd(group.low), high=words.usd(group.high))


def _answer(who: Beneficiary, answer: Answer, words: Words) -> str:
    said = [
        *words.facts(who),
        words.usd(answer.typical),
        words.usd(answer.expected),
        words("range.value", low=words.usd(answer.low), high=words.usd(answer.high)),
        words("batch.table.rough") if answer.cautions else "",
    ]
    looks = [*_looks(), "number-cell strong", "number-cell", "number-cell wider", ""]
    cells = "".join(f'<td class="{look}">{escape(one)}</td>' for one, look in zip(said, looks, strict=True))
    return f'<tr><th scope="row">{words.count(answer.row)}</th>{cells}</tr>'


def _left(one: Violation, words: Words) -> str:
    if one.rule == "malformed":
        fact, what = words("batch.left.whole"), words("batch.left.broken", detail=one.detail)
    else:
        fact, what = _head(one.column, words), words.error(FieldError(one.column, one.rule, one.detail))
    return f'<tr><th scope="row">{words.count(one.row or 0)}</th><td>{escape(fact)}</td><td>{escape(what)}</td></tr>'


def _paged(caption: str, heads: Sequence[tuple[str, str]], lines: Sequence[str]) -> Iterator[str]:
    told = "".join(f'<th scope="col" class="{look}">{escape(head)}</th>' for head, look in heads)
    for at in range(0, len(lines), _ROWS):
        yield (
            f'<table class="sorted"><caption class="caption">{escape(caption)}</caption>'
            f"<thead><tr>{told}</tr></thead><tbody>{''.join(lines[at : at + _ROWS])}</tbody></table>"
        )
