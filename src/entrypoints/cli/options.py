"""Options that many commands share, with their help texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter, Token, validators

from entrypoints.composition.settings import Profile


def whole_number(_kind: object, tokens: Sequence[Token]) -> int:
    """Read a whole number; cyclopts would round 1.5 to 2.

    Raises:
        ValueError: if it is none.
    """
    text = tokens[0].value
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        digits = " of at most 18 digits" if text.isdigit() else ""
        message = f'"{text}" is no whole number{digits}.'
        raise ValueError(message)
    return int(text)


Whole: TypeAlias = Annotated[int, Parameter(converter=whole_number)]
Version: TypeAlias = Annotated[int, Parameter(converter=whole_number, validator=validators.Number(lte=2**31 - 1))]
Port: TypeAlias = Annotated[int, Parameter(converter=whole_number, validator=validators.Number(gte=0, lte=65_535))]
HomeFolder: TypeAlias = Annotated[Path | None, Parameter(help="Folder of all state (default .medcost).")]
ChosenProfile: TypeAlias = Annotated[
    Profile | None,
    Parameter(
        help="Which parts are used: embedded starts its own, memory needs none, production is told where they are."
    ),
]
AsJson: TypeAlias = Annotated[bool, Parameter(help="Print exactly one JSON document on stdout.", negative="")]
Mapped: TypeAlias = Annotated[
    list[str] | None,
    Parameter(
        "--map",
        negative="",
        help="COLUMN=FACT: a column by another name; COLUMN:VALUE=CHOICE: another word for a choice. May be repeated.",
    ),
]
Decimal: TypeAlias = Annotated[
    Literal[".", ","] | None,
    Parameter(help="Decimal sign of all numbers, where the file leaves it open, such as in 1,234.", negative=""),
]
Sheet: TypeAlias = Annotated[str, Parameter(help="Sheet of a workbook; the first by default.")]
OnBad: TypeAlias = Annotated[
    Literal["refuse", "drop"] | None,
    Parameter(help="Rows that break the data contract: refuse the file (the default), or drop them.", negative=""),
]
MostBad: TypeAlias = Annotated[
    float, Parameter(help="Share of the rows that may be dropped.", validator=validators.Number(gte=0, lte=1))
]
