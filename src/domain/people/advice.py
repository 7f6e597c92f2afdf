"""What to do about columns and words that no schema knows."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Final

from domain.people.fact import NO, Kind
from domain.people.matching import suggest
from domain.people.meaning import CUT
from domain.people.notes import NO_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.people.contract import Violation
    from domain.people.schema import Schema

_MOST_WORDS: Final = 8


def columns_to_name(missing: Sequence[str], unused: Sequence[str], schema: Schema) -> list[str]:
    """Return sentences on how to name the columns of facts, or of the cost, for which none was found.

    Args:
        missing: names of facts, or the cost's column.
        unused: columns of the file that nothing is read from.
        schema: which facts there are.

    >>> from tests.support.default_schema import DEFAULT
    >>> columns_to_name(["smoker", "charges"], ["smoker_no", "smoker_yes"], DEFAULT)  # doctest: +NORMALIZE_WHITESPACE
    ['smoker: if smoker_yes holds it, say so with --map smoker_yes=smoker',
     'charges: say which column holds it with --map COLUMN=charges']
    >>> columns_to_name(["age"], ["age($)"], DEFAULT)
    ["age: if age($) holds it, say so with --map 'age($)=age'"]
    >>> columns_to_name(["smoker"], [], DEFAULT)
    ['smoker: add a column that holds it']
    """
    unused = [column for column in unused if not column.startswith(NO_NAME)]
    likely = suggest(unused, schema)
    sentences: list[str] = []
    for name in missing:
        if name in likely:
            pair = quote(f"{likely[name]}={name}")
            sentences.append(f"{name}: if {likely[name]} holds it, say so with --map {pair}")
        elif unused:
            sentences.append(f"{name}: say which column holds it with --map COLUMN={name}")
        else:
            sentences.append(f"{name}: add a column that holds it")
    return sentences


def words_to_name(violations: Iterable[Violation], schema: Schema) -> list[str]:
    """Return sentences on how to give unknown words a meaning, one for each fact with such words.

    >>> from domain.people.contract import Violation
    >>> from tests.support.default_schema import DEFAULT
    >>> words_to_name([Violation(1, "sex", "choice", "must be one of female, male", "0")], DEFAULT)
    ["sex: say what '0' means with --map sex:0=female, or as a spelling in the schema"]
    """
    words: dict[str, dict[str, None]] = {}
    for violation in violations:
        fact = schema.by_name.get(violation.column)
        if (
            fact
            and not fact.kind.is_numeric
            and violation.rule in ("choice", "type")
            and violation.value[-1:] not in ("", CUT)
        ):
            words.setdefault(violation.column, {})[violation.value] = None
    sentences: list[str] = []
    for name, several in words.items():
        fact = schema.by_name[name]
        unknown = list(several)
        listed = ", ".join(map(repr, unknown[:_MOST_WORDS]))
        mean = "means" if len(unknown) == 1 else "mean"
        choice = NO if fact.kind is Kind.FLAG else fact.choices[0]
        example = quote(f"{name}:{unknown[0]}={choice}")
        sentences.append(f"{name}: say what {listed} {mean} with --map {example}, or as a spelling in the schema")
    return sentences
