"""HTTP clients for calls of other programs."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def http_client(address: str = "", *, timeout: float) -> httpx.AsyncClient:
    """Make a client for one task: no proxy of the environment's, and the certificates that are trusted read once."""
    return httpx.AsyncClient(base_url=address, timeout=timeout, trust_env=False, verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    # reading them takes a thousand times as long as making a client
    return httpx.create_ssl_context(trust_env=False)
