"""The command line as a user has it, in a process of its own."""

import json
import sys
from dataclasses import dataclass
from typing import Any

CLI = [sys.executable, "-m", "entrypoints.cli.main"]


@dataclass(frozen=True)
class Ended:
    """A command that came to its end, well or not."""

    status: int
    output: str
    said: str

    @property
    def document(self) -> Any:
        return json.loads(self.output)
