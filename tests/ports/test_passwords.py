"""What every hasher of passwords promises."""

from __future__ import annotations

import pytest

from adapters.argon2.passwords import Argon2Passwords
from adapters.memory.passwords import CheapPasswords
from domain.ports.passwords import Passwords

WORD = "correct horse battery stäple"


@pytest.fixture(params=[CheapPasswords, Argon2Passwords])
def passwords(request: pytest.FixtureRequest) -> Passwords:
    return request.param()


async def test_a_hash_is_its_own_passwords_only(passwords: Passwords) -> None:
    hashed = await passwords.hash(WORD)
    assert await passwords.matches(WORD, hashed)
    for other in (WORD + " ", WORD[:-1], "", hashed):
        assert not await passwords.matches(other, hashed)


async def test_the_same_password_gives_another_hash_each_time(passwords: Passwords) -> None:
    assert await passwords.hash(WORD) != await passwords.hash(WORD)


async def test_the_password_is_not_in_its_hash(passwords: Passwords) -> None:
    assert "horse" not in await passwords.hash(WORD)


async def test_a_hash_that_is_none_is_nobodys(passwords: Passwords) -> None:
    assert not await passwords.matches(WORD, "nonsense")


async def test_argon2_is_argon2id_with_the_parameters_of_rfc_9106() -> None:
    assert (await Argon2Passwords().hash(WORD)).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
