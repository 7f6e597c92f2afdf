"""The contract of a hasher of passwords."""

from typing import Final

import pytest

from domain.ports.passwords import Passwords

PHRASE: Final = "correct horse battery stäple"


@pytest.mark.asyncio
class PasswordsContract:
    """The promises of every `Passwords`. Give a fixture ``passwords``."""

    async def test_a_hash_belongs_to_its_own_password_only(self, passwords: Passwords) -> None:
        hashed = await passwords.hash(PHRASE)
        assert await passwords.matches(PHRASE, hashed)
        for other in (PHRASE + " ", PHRASE[:-1], "", hashed):
            assert not await passwords.matches(other, hashed)

    async def test_the_same_password_gives_another_hash_each_time(self, passwords: Passwords) -> None:
        assert await passwords.hash(PHRASE) != await passwords.hash(PHRASE)

    async def test_the_password_is_not_in_its_hash(self, passwords: Passwords) -> None:
        assert "horse" not in await passwords.hash(PHRASE)

    async def test_what_is_no_hash_matches_nothing(self, passwords: Passwords) -> None:
        assert not await passwords.matches(PHRASE, "nonsense")
