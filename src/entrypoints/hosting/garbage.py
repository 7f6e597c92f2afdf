"""How often a server looks for garbage."""

from __future__ import annotations

import gc
from typing import Final

_SOME: Final = 20_000
"""New containers until cycles are looked for among the young ones: some thirty requests' worth."""


def collect_seldom() -> None:
    """Keep what was imported out of all later searches, and search seldom.

    Looking through all of it stops everybody for a tenth of a second; and a request leaves hardly any cycles, so
    searching as often as by default takes a twelfth of the time under load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SOME)
