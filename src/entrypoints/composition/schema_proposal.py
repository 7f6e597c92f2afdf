"""A schema proposed for a file, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.arrow.profiling import contents_of
from adapters.yaml.proposal import written
from domain.people.inference import propose

if TYPE_CHECKING:
    from pathlib import Path

    from domain.people.inference import Proposal


def proposed(file: Path, *, cost: str | None, currency: str, sheet: str) -> tuple[Proposal, str]:
    """Return a proposal for a file, and the text of the schema file.

    Raises:
        ConfigurationError: if the file cannot be read, or no cost or no fact is found in it.
        UnreadableFile: if the file is no table.
    """
    proposal = propose(contents_of(file, sheet=sheet), name=file.stem, cost=cost, currency=currency)
    return proposal, written(proposal, source=file.name)
