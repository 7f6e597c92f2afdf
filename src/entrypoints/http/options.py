"""What the API needs to know about the place where it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """Options of one API process.

    Args:
        version: of Medcost, as the OpenAPI document names it.
        require_keys: ask for an API key; without, only callers on this machine are answered (`edge`).
        allowed_hosts: names in ``Host`` and ``Origin`` that are answered without keys, besides loopback.
        body_limit: largest body in bytes.
        batch_body_limit: largest body of a batch in bytes.
        batch_rows: most beneficiaries in a batch.
    """

    version: str = "0"
    require_keys: bool = False
    allowed_hosts: tuple[str, ...] = ()
    body_limit: int = 64 * 1024
    batch_body_limit: int = 4 * 1024 * 1024
    batch_rows: int = 10_000
