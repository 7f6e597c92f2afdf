"""What the API needs to know about the place where it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass

from entrypoints.http.middleware.limits import RateLimit


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Options of one API process.

    Args:
        refusal: status (421 or 403) and reason if a request with these headers is from elsewhere and not to be
            answered, else None; also the dashboard asks it.
        version: of Medcost, as the OpenAPI document names it.
        require_keys: ask for an API key.
        key_limit: how often a key may ask; None for as often as it likes.
        address_limit: how often an address may ask, with any key or none.
        body_limit: largest body in bytes.
        batch_body_limit: largest body of a batch in bytes.
        file_limit: largest file of people in bytes that is scored in the background.
        batch_rows: most beneficiaries in a batch.
        body_deadline: seconds within which a body must have come.
        deadline: seconds within which a request is answered, at worst by 503.
        allowed_origins: whose pages may call the API from a browser, such as ``https://app.example.org``.
        https: whether callers come by HTTPS only.
        leaving: tells whether the process is about to end; it is neither serving nor ready then.
    """

    refusal: Callable[[Iterable[tuple[bytes, bytes]]], tuple[int, str] | None]
    _: KW_ONLY
    version: str = "0"
    require_keys: bool = False
    key_limit: RateLimit | None = None
    address_limit: RateLimit | None = None
    body_limit: int = 64 * 1024
    batch_body_limit: int = 4 * 1024 * 1024
    file_limit: int = 2**30
    batch_rows: int = 10_000
    body_deadline: float = 15.0
    deadline: float = 60.0
    allowed_origins: Sequence[str] = ()
    https: bool = False
    leaving: Callable[[], bool] = lambda: False
