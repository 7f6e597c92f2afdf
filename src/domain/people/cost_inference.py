"""Which column of an unknown table holds the cost, and in which currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.errors import ConfigurationError
from domain.people.currencies import codes_of
from domain.people.folding import fold, without_accents
from domain.people.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.people.column_content import ColumnContent, Numbers

_COSTS: Final = (
    *("charges", "charge", "cost", "costs", "expenditure", "expenditures", "expense", "expenses", "spending", "paid"),
    *("costo", "costos", "gasto", "gastos", "cargos", "totexp", "kosten", "ausgaben", "leistungsausgaben"),
    *("depense", "depenses", "cout", "couts", "custo", "custos", "despesa", "despesas"),
)
"""Words in the name of a column that say that it is a cost, in the order of how much they say."""
_PERHAPS: Final = (
    *("amount", "price", "premium", "claim", "claims", "billed", "dol", "usd", "total"),
    *("prima", "precio", "importe", "monto", "pagado"),
)
"""Words that speak for a cost where no better one is there, in the order of how much they say."""
AMOUNTS: Final = frozenset((*_COSTS, "amount", "billed", "importe", "monto", "pagado"))
"""Words in the name of a column that speak for an amount of the same year as the cost."""
_LARGE: Final = 1_000.0
"""Amounts of a year go beyond it in any currency; ages and measures of the body do not."""
_MANY: Final = 20
"""Different texts from which on a column may hold amounts."""
_ALIKE: Final = 20
"""Rows from which on it says something that all costs are alike."""
_NAMED: Final = 3
"""Texts that are named as examples."""


class CostChoice(NamedTuple):
    """The column of the cost, the ISO 4217 code of its currency, and what is unsure about both."""

    column: ColumnContent
    currency: str
    remarks: list[str]


class _Candidate(NamedTuple):
    """A column whose cells are amounts."""

    column: ColumnContent
    currency: str
    numbers: Numbers
    words: list[str]


def find_cost(contents: Sequence[ColumnContent], cost: str | None, currency: str) -> CostChoice:
    """Find the column of the cost by its name, then by its cells.

    Args:
        contents: the columns of the table, in their order.
        cost: the name of the column; None to look for it.
        currency: the ISO 4217 code of the money; empty to go by the column, USD where it shows none.

    Raises:
        ConfigurationError: if no such column is there, or none can be the cost.
    """
    names = ", ".join(content.name for content in contents)
    if not any(content.cells for content in contents):
        message = f"the file has no row below its columns {names}: give one with rows"
        raise ConfigurationError(message)
    if cost is not None:
        chosen = next((content for content in contents if fold(content.name) == fold(cost)), None)
        if chosen is None:
            message = f"there is no column {cost}: the columns are {names}"
            raise ConfigurationError(message)
        code = currency or _currency_of(chosen)
        numbers = chosen.numbers(code)
        unsure = [] if numbers else [f"many cells of {chosen.name} are no amounts of {code}: their rows are refused"]
        return CostChoice(chosen, code, [*unsure, *_remarks(chosen, numbers, currency)])
    candidates = [
        _Candidate(content, code, numbers, _without_years(content.name))
        for content in contents
        if (numbers := content.numbers(code := currency or _currency_of(content)))
    ]
    if likely := _by_name([named for named in candidates if not named.column.is_flag]) or _by_name(candidates):
        others = [other for other in candidates if other is not likely and _says_as_much(other, likely)]
        unsure = [f"could also be the cost: {_names(others)} (choose with --cost)"] if others else []
    elif likely := _by_cells(candidates):
        unsure = [f"no name says which column is the cost; {likely.column.name} is the last with many amounts"]
    else:
        message = (
            f"no column looks like a cost: {_unreadable(contents)}name it with --cost COLUMN; the columns are {names}"
        )
        raise ConfigurationError(message)
    return CostChoice(likely.column, likely.currency, [*unsure, *_remarks(likely.column, likely.numbers, currency)])


def _unreadable(contents: Sequence[ColumnContent]) -> str:
    """Return what is wrong with the cells of a column that is called a cost; empty if there is none."""
    named = [content for content in contents if content.texts and {*_without_years(content.name)} & {*_COSTS}]
    if not named:
        return ""
    return f"cells of {named[0].name} are no amounts ({quoted(list(named[0].texts))}): write plain numbers, or "


def _by_name(candidates: Sequence[_Candidate]) -> _Candidate | None:
    """Return the column that is called a cost and nothing else, or the last of those that are called so in part."""
    for word in _COSTS:
        if alone := [candidate for candidate in candidates if candidate.words == [word]]:
            return alone[-1]
    for word in _COSTS + _PERHAPS:
        if named := [candidate for candidate in candidates if word in candidate.words]:
            return named[-1]
    return None


def _says_as_much(other: _Candidate, likely: _Candidate) -> bool:
    """Return whether the name of another column speaks for a cost by a word that is no weaker."""
    strong = set(_COSTS) if set(likely.words) & set(_COSTS) else {*_COSTS, *_PERHAPS}
    return bool(strong & set(other.words))


def _by_cells(candidates: Sequence[_Candidate]) -> _Candidate | None:
    wide = [
        candidate
        for candidate in candidates
        if candidate.numbers.low >= 0
        and (len(candidate.column.texts) > _MANY or candidate.column.is_wide)
        and (candidate.numbers.high > _LARGE or candidate.column.currency_sign)
    ]
    money = [candidate for candidate in wide if candidate.column.currency_sign]
    return (money or wide or [None])[-1]


def _currency_of(content: ColumnContent) -> str:
    """Return the currency that stands beside the amounts of a column or in its name, or else USD."""
    for text in (content.currency_sign, *words_of(content.name)):
        if codes := codes_of(text):
            return codes[0]
    return "USD"


def _remarks(content: ColumnContent, numbers: Numbers | None, currency: str) -> Iterable[str]:
    sign = content.currency_sign
    if not currency and "USD" not in (codes := codes_of(sign)) and codes[1:]:
        yield f"{sign} may also stand for {', '.join(codes[1:])} (choose with --currency)"
    if numbers is None:
        return
    if numbers.unread:
        yield f"no amount: {quoted(numbers.unread)}; the rows with such cells are refused"
    if (lowest := min((numbers.low, *numbers.codes))) < 0:
        yield f"some costs are below zero, the lowest {exact(lowest)}: their rows are refused"
    if numbers.low == numbers.high and content.given >= _ALIKE:
        yield f"all costs are {exact(numbers.low)}: nothing can be learnt from them"


def quoted(texts: Sequence[str]) -> str:
    """Return some texts as examples in a sentence.

    >>> quoted(["90+"]), quoted(["a", "b", "c", "d"])
    ("'90+'", "'a', 'b', 'c' and 1 more")
    """
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return ", ".join(repr(text[:20]) for text in texts[:_NAMED]) + more


def words_of(name: str) -> list[str]:
    """Return the words of the name of a column, without case, accents and punctuation.

    >>> words_of("TotalCost"), words_of("Costo anual (EUR)")
    (['total', 'cost'], ['costo', 'anual', 'eur'])
    """
    letters = without_accents(name)
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", letters)
    return re.findall(r"[a-z0-9]+", apart.casefold())


def _without_years(name: str) -> list[str]:
    """Return the words of a name without digits behind them: TOTEXP21 and cost_2021 are called as other costs are."""
    return [word.rstrip("0123456789") or word for word in words_of(name)]


def _names(candidates: Sequence[_Candidate]) -> str:
    return ", ".join(candidate.column.name for candidate in candidates)
