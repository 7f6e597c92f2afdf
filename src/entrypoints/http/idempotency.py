"""The header `Idempotency-Key` of requests that create a resource."""

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
    """Return the idempotency key of a request with the fingerprint of its content; None without a key.

    Args:
        request: the request.
        body: the raw body.
        operation: further content of the request, such as the path: the same key with other content is refused.

    Raises:
        Malformed: if the key is not one.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 200 visible ASCII characters"
        raise Malformed(message)
    content = f"{operation}\n".encode() + body if operation else body
    return Idempotency(key, hashlib.sha256(content).hexdigest())
