"""What the gate says of a version, in the words of the page's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.models.promotion import Objection
from entrypoints.dashboard.elements import cell, element, paragraph, row, together
from entrypoints.dashboard.widgets import model_facts

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
"""How names of checks of some of the people begin, and what they are called on the page."""
_OF_PEOPLE: Final = {"repeats": "models.says.repeats", "few people": "models.says.few"}
"""Checks that count people, and the sentence with the number."""


def verdict(said: Verdict | None, words: Words) -> Markup:
    """Give each check of the gate with its numbers."""
    title = element("h3", words("models.gate"))
    if said is None:
        return title + paragraph(words("models.gate.none"), "empty")
    against = said.candidacy.comparison
    key = "models.gate.first" if against.rival is None else "models.gate.against"
    told = words(key, rival=against.rival, rows=words.count(against.rows))
    rows = [_row(one, said, words) for one in said.checks]
    heads = [words("models.check"), words("models.state"), words("models.numbers")]
    table = model_facts.framed(words("models.gate"), heads, rows, "checks")
    return together(title, paragraph(told, "lead-in"), table)


def objections(against: Objection, said: Verdict | None, *, champion: int | None, words: Words) -> Markup:
    """Say why the gate does not let a version in: as a sentence, and each check that failed."""
    rival = said.candidacy.comparison.rival if said else None
    other = {"rival": rival or words("models.against.nobody"), "champion": champion or words("models.against.nobody")}
    failed = [one for one in said.checks if not one.passed] if said and against is Objection.REFUSED else []
    listed = [element("li", _name(one, words), ": ", _numbers(one, said, words)) for one in failed if said]
    return together(
        paragraph(words(f"models.against.{against.value}", **other), "theirs"),
        element("ul", *listed, classes="notes") if listed else "",
    )


def _row(one: Check, said: Verdict, words: Words) -> Markup:
    kind = "passed" if one.passed else "refused"
    state = model_facts.state(kind, words(f"models.{kind}"))
    return row(_name(one, words), cell(state), cell(_numbers(one, said, words)))


def _name(one: Check, words: Words) -> str:
    for start, key in _PARTS.items():
        if one.name.startswith(start):
            part = one.name.removeprefix(start)
            return words(key, group=part if part.isdigit() else model_facts.group(part, words))
    return words.or_else(f"models.check.{one.name}", one.name)


def _numbers(one: Check, said: Verdict, words: Words) -> str:
    """Say the numbers of a check; of an old verdict, which has none, the English sentence that was kept."""
    if one.name in _OF_PEOPLE and one.value is not None:
        return words(_OF_PEOPLE[one.name], count=round(one.value))
    if one.value is None or one.high is None:
        return element("span", one.detail, lang="en")
    candidacy = said.candidacy
    if one.name.startswith("crps"):
        compared = candidacy.comparison if one.name == "crps" else candidacy.unconditional or candidacy.comparison
        return _crps(compared, one.high, words)
    if one.name == "leakage":
        fact = words.named(candidacy.strongest_fact) if candidacy.strongest_fact else ""
        told = {"fact": fact, "value": words.share(one.value), "high": words.share(one.high)}
        return words("models.says.leakage" if fact else "models.says.leakage.none", **told)
    if one.low is not None:
        return _within(one, words)
    unit = {"milliseconds a row": "ms", "megabytes": "MB"}.get(one.name, "")
    return words("models.says.at_most", value=f"{one.value:.2f} {unit}", high=f"{one.high:g} {unit}")


def _within(one: Check, words: Words) -> str:
    """Say a share or a ratio, what is allowed, and the interval if it decided."""

    def said(value: float | None, digits: int = 0) -> str:
        if value is None:
            return words("models.ratio.any")
        return f"{value:.{digits + 2}f}" if one.name.startswith(_RATIO) else words.share(value, digits)

    text = words("models.says.within", value=said(one.value, 1), low=said(one.low), high=said(one.high))
    if one.interval is None or not (one.lenient or not one.passed):
        return text
    low, high = (said(end, 1) for end in one.interval)
    return text + words("models.says.reaches" if one.passed else "models.says.beyond", low=low, high=high)


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
