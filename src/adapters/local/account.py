"""The account of the machine that this process runs as."""

from __future__ import annotations

import getpass
import os


def account_name() -> str:
    """Return the account's name, or its number where it has no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
