"""What an address says of TLS: followed, or the word that cannot be followed is named; no server is asked."""

from __future__ import annotations

import socket
from urllib.parse import urlencode

import asyncpg
import pytest

from adapters.postgres.engine import connect, translated
from domain.errors import RepositoryUnavailable


@pytest.fixture
def nowhere():
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"postgresql://api@127.0.0.1:{listener.getsockname()[1]}/medcost"


async def what_is_said(url):
    engine = connect(url, deadline=5)
    try:
        with pytest.raises(RepositoryUnavailable) as refused, translated():
            async with engine.connect():
                pass
    finally:
        await engine.dispose()
    return str(refused.value)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"sslmode": "verify-ful"}, "`sslmode` parameter must be one of: disable"),
        ({"sslmode": "verify-full", "sslrootcert": "/nowhere/ca.crt"}, "sslrootcert: No such file"),
        ({"sslmode": "require", "sslcert": "/nowhere/api.crt"}, "sslcert: No such file"),
        ({"sslmode": "require", "sslcert": "/"}, "sslcert: Is a directory"),
        ({"sslmode": "require", "sslcert": __file__, "sslkey": __file__}, "look at sslmode, sslcert, sslkey"),
        ({"sslmode": "require", "ssl_min_protocol_version": "TLSv1.9"}, "No such TLS version: TLSv1.9"),
        ({"sslmod": "require"}, "sslmod: unknown here"),
        ({"sslmode": "require", "gssencmode": "disable"}, "gssencmode: unknown here"),
    ],
)
async def test_what_cannot_be_followed_is_named(nowhere, parameters, named):
    message = await what_is_said(f"{nowhere}?{urlencode(parameters)}")
    assert named in message
    assert "does not answer" not in message


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"sslmode": "require", "ssl_min_protocol_version": "TLSv1.3", "ssl_max_protocol_version": "TLSv1.3"},
        {"sslmode": "require", "sslnegotiation": "postgres"},
    ],
)
async def test_what_can_be_followed_reaches_for_the_server(nowhere, parameters):
    assert (
        await what_is_said(f"{nowhere}?{urlencode(parameters)}")
        == "the database does not answer (ConnectionRefusedError): `medcost doctor` says what is wrong"
    )


def test_a_full_disk_of_the_database_is_named():
    with pytest.raises(RepositoryUnavailable, match="the disk of the database is full: make room there"), translated():
        raise asyncpg.DiskFullError
