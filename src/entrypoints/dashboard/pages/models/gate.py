"""The gate's verdict on a version, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.models.promotion import Objection
from entrypoints.dashboard.elements import cell, element, paragraph, row, together
from entrypoints.dashboard.widgets import model_facts
from entrypoints.dashboard.widgets.recorded import translated

if TYPE_CHECKING:
    from markupsafe import Markup

    from domain.models.check import Check
    from domain.models.promotion import PairedComparison, Verdict
    from entrypoints.dashboard.locale.speech import Words

_RATIO: Final = "predicted over observed"
_PARTS: Final = {
    "coverage of ": "models.check.of",
    f"{_RATIO} of ": "models.check.ratio.of",
    "coverage, fifth ": "models.check.fifth",
    f"{_RATIO}, decile ": "models.check.decile",
}
"""Prefixes of names of checks on groups of people, with the keys of their texts."""
_OF_PEOPLE: Final = {"repeats": "models.says.repeats", "few people": "models.says.few"}
"""Checks that count people, with the keys of their sentences."""


def verdict(judgement: Verdict | None, words: Words) -> Markup:
    """Return a table of the gate's checks with their numbers."""
    title = element("h3", words("models.gate"))
    if judgement is None:
        return title + paragraph(words("models.gate.none"), "empty")
    against = judgement.candidacy.comparison
    key = "models.gate.first" if against.rival is None else "models.gate.against"
    lead = words(key, rival=against.rival, rows=words.count(against.rows))
    rows = [_row(check, judgement, words) for check in judgement.checks]
    heads = [words("models.check"), words("models.state"), words("models.numbers")]
    table = model_facts.framed(words("models.gate"), heads, rows, "checks")
    return together(title, paragraph(lead, "lead-in"), table)


def objections(against: Objection, judgement: Verdict | None, *, champion: int | None, words: Words) -> Markup:
    """Return why the gate refuses a version: a sentence, and each failed check."""
    rival = judgement.candidacy.comparison.rival if judgement else None
    other = {"rival": rival or words("models.against.nobody"), "champion": champion or words("models.against.nobody")}
    failed = (
        [check for check in judgement.checks if not check.passed] if judgement and against is Objection.REFUSED else []
    )
    listed = [
        element("li", _name(check, words), ": ", _numbers(check, judgement, words)) for check in failed if judgement
    ]
    return together(
        paragraph(words(f"models.against.{against.value}", **other), "theirs"),
        element("ul", *listed, classes="notes") if listed else "",
    )


def _row(check: Check, judgement: Verdict, words: Words) -> Markup:
    kind = "passed" if check.passed else "refused"
    state = model_facts.state(kind, words(f"models.{kind}"))
    return row(_name(check, words), cell(state), cell(_numbers(check, judgement, words)))


def _name(check: Check, words: Words) -> str:
    for start, key in _PARTS.items():
        if check.name.startswith(start):
            part = check.name.removeprefix(start)
            return words(key, group=part if part.isdigit() else model_facts.group(part, words))
    return words.or_else(f"models.check.{check.name}", check.name)


def _numbers(check: Check, judgement: Verdict, words: Words) -> str:
    """Return the numbers of a check; for old verdicts without numbers, the recorded sentence."""
    if check.name in _OF_PEOPLE and check.value is not None:
        return words(_OF_PEOPLE[check.name], count=round(check.value))
    if check.value is None or check.high is None:
        translation = translated(check.detail, words)
        return element("span", translation or check.detail, lang="" if translation else "en")
    candidacy = judgement.candidacy
    if check.name.startswith("crps"):
        compared = candidacy.comparison if check.name == "crps" else candidacy.unconditional or candidacy.comparison
        return _crps(compared, check.high, words)
    if check.name == "leakage":
        fact = words.named(candidacy.strongest_fact) if candidacy.strongest_fact else ""
        values = {"fact": fact, "value": words.share(check.value), "high": words.share(check.high)}
        return words("models.says.leakage" if fact else "models.says.leakage.none", **values)
    if check.low is not None:
        return _within(check, words)
    unit = {"milliseconds a row": "ms", "megabytes": "MB"}.get(check.name, "")
    return words("models.says.at_most", value=f"{check.value:.2f} {unit}", high=f"{check.high:g} {unit}")


def _within(check: Check, words: Words) -> str:
    """Return a share or a ratio with its limits, and its interval if that decided the check."""

    def number(value: float | None, digits: int = 0) -> str:
        if value is None:
            return words("models.ratio.any")
        return f"{value:.{digits + 2}f}" if check.name.startswith(_RATIO) else words.share(value, digits)

    text = words("models.says.within", value=number(check.value, 1), low=number(check.low), high=number(check.high))
    if check.interval is None or not (check.lenient or not check.passed):
        return text
    low, high = (number(end, 1) for end in check.interval)
    return text + words("models.says.reaches" if check.passed else "models.says.beyond", low=low, high=high)


def _crps(compared: PairedComparison, allowed: float, words: Words) -> str:
    rival = compared.rival
    who = words("models.says.all") if rival is None else words("models.says.champion", version=rival)
    return words(
        "models.says.crps",
        own=words.whole(compared.challenger_loss),
        other=words.whole(compared.rival_loss),
        who=who,
        worst=words.signed(compared.upper_bound),
        allowed=words.signed(allowed),
        rows=words.count(compared.rows),
    )
