"""Messages about the rows of a claims file that break the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.people.advice import columns_to_name, words_to_name
from domain.people.contract import MOST_VIOLATIONS

if TYPE_CHECKING:
    from rich.console import Console

    from domain.people.contract import ContractReport
    from domain.people.schema import Schema

SHOWN: Final = 20
"""The most rows that are named."""


def print_violations(report: ContractReport, schema: Schema, console: Console) -> None:
    """Print how a file was read, the first violations, and what to do about them."""
    for note in report.notes:
        console.print(note, markup=False)
    for violation in report.violations[:SHOWN]:
        console.print(violation.sentence, markup=False)
    if report.violation_count > SHOWN:
        named = "all" if report.violation_count <= MOST_VIOLATIONS else f"the first {MOST_VIOLATIONS:,}"
        console.print(f"… and {report.violation_count - SHOWN:,} more; {named} with --json")
    missing = [
        violation.column for violation in report.violations if violation.row is None and violation.rule == "missing"
    ]
    advice = [*columns_to_name(missing, report.unknown_columns, schema), *words_to_name(report.violations, schema)]
    for sentence in advice:
        console.print(sentence, markup=False)
    if report.unknown_columns:
        console.print(f"columns that are not used: {', '.join(report.unknown_columns)}", markup=False)
