from __future__ import annotations

import pytest

from domain.access.addresses import subscriber


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ("fe80::1%eth0", "fe80::2", "fe81::1"),
        ("a:b", "a:b", "a:c"),
    ],
)
def test_addresses_of_one_subscriber_count_together(address: str, same: str, other: str):
    assert subscriber(address) == subscriber(same) != subscriber(other)
