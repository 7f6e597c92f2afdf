"""Options that many commands share, with their words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

from entrypoints.wiring.settings import Profile

HomeFolder: TypeAlias = Annotated[Path | None, Parameter(help="Folder of all state (default .medcost).")]
ChosenProfile: TypeAlias = Annotated[
    Profile | None,
    Parameter(
        help="Which parts are used: embedded starts its own, memory needs none, production is told where they are."
    ),
]
AsJson: TypeAlias = Annotated[bool, Parameter(help="Print exactly one JSON document on stdout.", negative="")]
