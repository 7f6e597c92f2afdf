"""What was decided about a table when it was opened, so that a person can check it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


NO_NAME: Final = "(no name)"
"""What a column is called that has no name in the header."""


class Decision(StrEnum):
    """Kind of a decision about a table."""

    TITLE = "title"
    UNNAMED = "unnamed"
    ENCODING = "encoding"
    SHEET = "sheet"


_SENTENCES: Final = {
    Decision.TITLE: "line {line} is no header and was skipped: {text}",
    Decision.UNNAMED: "column {column} has no name in the header and is ignored; here it is called {name}",
    Decision.ENCODING: "the file is not UTF-8 and was read as {encoding}: check letters with accents",
    Decision.SHEET: "the workbook has {count} sheets; {name} was read",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One decision, with the values that a sentence about it needs.

    >>> Note(Decision.TITLE, {"line": "1", "text": "Extract of 2024"}).sentence
    'line 1 is no header and was skipped: Extract of 2024'
    """

    decision: Decision
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def sentence(self) -> str:
        """Return the decision in English."""
        return _SENTENCES[self.decision].format_map(self.values)
