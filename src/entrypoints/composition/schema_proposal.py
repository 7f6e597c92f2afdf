"""A schema proposed for a file, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.arrow.profiling import contents_of
from adapters.arrow.reading import unusable
from adapters.yaml.proposal import written
from domain.errors import UnreadableFile
from domain.people.inference import propose

if TYPE_CHECKING:
    from pathlib import Path

    from domain.people.inference import Proposal


def proposed(file: Path, *, cost: str | None, currency: str, sheet: str) -> tuple[Proposal, str]:
    """Return a proposal for a file, and the text of the schema file.

    Raises:
        ConfigurationError: if the file cannot be read, or no cost or no fact is found in it.
        InvalidInput: if the file is no table.
    """
    try:
        contents = contents_of(file, sheet=sheet)
    except UnreadableFile as error:
        raise unusable(file, error.detail) from error
    proposal = propose(contents, name=file.stem, cost=cost, currency=currency)
    return proposal, written(proposal, source=file.name)
