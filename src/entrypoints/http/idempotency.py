"""The header `Idempotency-Key`, for each request that creates something."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from domain.costs.prediction import Idempotency
from entrypoints.http.errors import Malformed

if TYPE_CHECKING:
    from litestar import Request

_KEY: Final = re.compile(r"[!-~]{1,200}")


def idempotency(request: Request, body: bytes, *, operation: str = "") -> Idempotency | None:
    """Return the key of a request, with the fingerprint of what it asks; None without one.

    Args:
        request: that may carry the header.
        body: what is asked.
        operation: what else belongs to it, such as the path: the same key with another one is refused.

    Raises:
        Malformed: if the key is not one.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 200 visible ASCII characters"
        raise Malformed(message)
    asked = f"{operation}\n".encode() + body if operation else body
    return Idempotency(key, hashlib.sha256(asked).hexdigest())
