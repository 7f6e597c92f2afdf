"""scikit-learn without pandas, for processes that never see a data frame.

scikit-learn imports pandas, if it is installed, and with it PyArrow's functions, only for its reader of OpenML's files.
That is a quarter of the CPU that its import takes.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import MetaPathFinder
from threading import get_ident
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_IMPORTER: Final = "sklearn.utils.fixes"
_LEFT_OUT: Final = "pandas"


class LeftOut(MetaPathFinder):
    """Refuses the import of pandas by the thread that made this; other threads import what they like."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse pandas to its own thread, and find nothing else.

        Raises:
            ImportError: as where pandas is not installed.
        """
        del path, target
        if fullname == _LEFT_OUT and get_ident() == self._thread:
            message = f"{_LEFT_OUT} is left out while scikit-learn is imported"
            raise ImportError(message, name=fullname)
        return None


def import_sklearn() -> None:
    """Import scikit-learn without pandas, unless something has imported either: for Medcost's own processes.

    A notebook that fetches data of OpenML's would miss pandas there.
    """
    if _IMPORTER in sys.modules:
        return
    finder = LeftOut()
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(_IMPORTER)
    finally:
        sys.meta_path.remove(finder)
