"""Options of the API that depend on its deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass

from entrypoints.http.middleware.limits import RateLimit


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Options of one API process.

    Args:
        refusal: returns status (421 or 403) and reason if a request with these headers comes from another site,
            otherwise None; the dashboard uses it too.
        version: version of Medcost in the OpenAPI document.
        require_keys: whether an API key is required.
        key_limit: rate limit of a key; None for no limit.
        address_limit: rate limit of an address, with any key or none.
        body_limit: largest body in bytes.
        batch_body_limit: largest body of a batch in bytes.
        file_limit: largest file of people in bytes that is scored in the background.
        batch_rows: most beneficiaries in a batch.
        body_deadline: seconds within which a body must arrive.
        deadline: seconds within which a request is answered, if need be with 503.
        allowed_origins: origins whose pages may call the API from a browser, such as ``https://app.example.org``.
        https: whether callers use HTTPS only.
        leaving: returns whether the process is about to end, when it is neither serving nor ready.
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
