"""What the server says about the body of a request."""

from __future__ import annotations

from typing import Final

WHOLE: Final = "medcost.whole"
"""Key of the ASGI scope that is set where all of the body has arrived: there is nothing to wait for."""
