"""Messages about rows of claims that were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.people.advice import words_to_name
from entrypoints.cli.output import stderr
from entrypoints.cli.violations import SHOWN

if TYPE_CHECKING:
    from domain.people.claims import Claims
    from domain.people.contract import LeftOut
    from domain.people.schema import Schema


def print_claims(claims: Claims, schema: Schema) -> dict[str, Any] | None:
    """Print the notes on how a claims file was read, and which of its rows were left out.

    Returns:
        The rows that were left out, for a JSON document; None if there are none.
    """
    for note in claims.notes:
        stderr().print(note, markup=False)
    return print_left_out(claims.left_out, schema)


def print_left_out(left_out: LeftOut | None, schema: Schema) -> dict[str, Any] | None:
    """Print how many rows were left out, and the violations of the first of them.

    Returns:
        The same for a JSON document; None if no row was left out.
    """
    if left_out is None:
        return None
    console = stderr()
    for violation in left_out.violations[:SHOWN]:
        console.print(violation.sentence, markup=False)
    if len(left_out.violations) > SHOWN:
        console.print(f"… and {len(left_out.violations) - SHOWN:,} more")
    for sentence in words_to_name(left_out.violations, schema):
        console.print(sentence, markup=False)
    console.print(left_out.sentence, markup=False)
    return {"rows": left_out.rows, "of": left_out.of, "violations": left_out.violations}
