"""Output of commands: results go to stdout (with --json exactly one document), progress and remarks to stderr."""

from __future__ import annotations

import sys

import msgspec
from rich.console import Console


def stderr() -> Console:
    """Return the console for progress and remarks: stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def stdout() -> Console:
    """Return the console for results that are not JSON: stdout, wide if it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def print_json(document: object) -> None:
    """Print a value as one JSON document on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    sys.stdout.flush()


def counted(count: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def money(value: float) -> str:
    """Format an amount of money without cents.

    >>> money(1234.56)
    '1,235'
    """
    return f"{value:,.0f}"
