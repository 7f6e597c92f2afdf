"""What goes where: the one JSON document to stdout, everything for people while they wait to stderr."""

from __future__ import annotations

import sys

import msgspec
from rich.console import Console


def to_people() -> Console:
    """Give the console for progress and remarks: stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def answer() -> Console:
    """Give the console for an answer that was not asked for as JSON: stdout, wide where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def print_json(document: object) -> None:
    """Print the one JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    sys.stdout.flush()


def usd(value: float) -> str:
    """Write dollars for people.

    >>> usd(1234.56)
    '1,235'
    """
    return f"{value:,.0f}"
