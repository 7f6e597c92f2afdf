"""Start a server's module without looking for garbage.

``python -m entrypoints.hosting.launch entrypoints.hosting.asgi --fd 7`` runs it as the main program.
The thousands of modules that a server imports hold none, and looking for it takes a tenth of the start.
`collect_seldom` has the server look again.
"""

from __future__ import annotations

import gc
import runpy
import sys


def command_of(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module in this way."""
    return [sys.executable, "-m", "entrypoints.hosting.launch", module, *arguments]


def main() -> None:
    """Run the module that the first argument names as the main program."""
    gc.disable()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
