from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.accounts import MemoryAccounts
from adapters.memory.audit import MemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.passwords import CheapPasswords
from application.access.set_password import SetPassword
from application.access.sign_in import Admit, SignIn, UnlockSignIn
from application.access.sign_out import SignOut
from application.access.turns import Turns
from application.operations.audit_changes import AuditChanges
from domain.access.accounts import IDLE
from domain.errors import InvalidInput, NoPassword, NotSignedIn, PasswordAlreadySet, SignInLocked, WrongPassword

WORD = "correct horse battery"


class House:
    """The account and everybody who uses it, on one clock."""

    def __init__(self, turns: Turns | None = None) -> None:
        turns = turns or Turns()
        self.clock, self.accounts, self.passwords = FixedClock(), MemoryAccounts(), CheapPasswords()
        self.trail = MemoryAuditTrail()
        self.audit = AuditChanges(trail=self.trail, clock=self.clock)
        self.set_password = SetPassword(accounts=self.accounts, passwords=self.passwords, audit=self.audit)
        self.sign_in = SignIn(accounts=self.accounts, passwords=self.passwords, clock=self.clock, turns=turns)
        self.sign_out = SignOut(accounts=self.accounts)
        self.admit = Admit(accounts=self.accounts, clock=self.clock)

    async def guess(self, times: int, address: str = "192.0.2.1") -> None:
        for _ in range(times):
            with pytest.raises(WrongPassword):
                await self.sign_in("wrong", address=address)


@pytest.fixture
async def house() -> House:
    house = House()
    await house.set_password(WORD, by="ann")
    return house


async def test_the_password_opens_a_session_that_admits(house: House) -> None:
    assert await house.admit(await house.sign_in(WORD, address="192.0.2.1"))


async def test_nobody_signs_in_before_a_password_is_set() -> None:
    with pytest.raises(NoPassword):
        await House().sign_in(WORD, address="192.0.2.1")


async def test_a_made_up_token_admits_nobody(house: House) -> None:
    with pytest.raises(NotSignedIn):
        await house.admit("made-up")


async def test_signing_out_ends_the_session(house: House) -> None:
    token = await house.sign_in(WORD, address="192.0.2.1")
    await house.sign_out(token)
    with pytest.raises(NotSignedIn):
        await house.admit(token)


async def test_an_idle_session_ends_and_a_used_one_does_not(house: House) -> None:
    used, idle = [await house.sign_in(WORD, address="192.0.2.1") for _ in range(2)]
    for _ in range(3):
        house.clock.advance(IDLE / 2)
        await house.admit(used)
    with pytest.raises(NotSignedIn):
        await house.admit(idle)


async def test_after_wrong_passwords_even_the_right_one_waits(house: House) -> None:
    await house.guess(5)
    with pytest.raises(SignInLocked) as locked:
        await house.sign_in(WORD, address="192.0.2.1")
    assert locked.value.wait == 30
    house.clock.advance(timedelta(seconds=30))
    assert await house.sign_in(WORD, address="192.0.2.1")
    await house.guess(5)


async def test_another_address_does_not_wait(house: House) -> None:
    await house.guess(5)
    assert await house.sign_in(WORD, address="192.0.2.2")


async def test_strangers_at_many_addresses_do_not_lock_the_admin_out() -> None:
    house = House(Turns(burst=1, every=0.001))
    await house.set_password(WORD, by="ann")
    for n in range(50):
        await house.guess(2, address=f"192.0.2.{n}")
    assert await house.sign_in(WORD, address="198.51.100.1")


async def test_in_a_rush_who_typed_no_wrong_password_before_goes_first() -> None:
    house = House(Turns(burst=0, every=0.01, room=3))
    await house.set_password(WORD, by="ann")
    for n in range(5):
        await house.guess(1, address=f"192.0.2.{n}")
    guesses = [asyncio.create_task(house.sign_in("wrong", address=f"192.0.2.{n}")) for n in range(5)]
    right = asyncio.create_task(house.sign_in(WORD, address="198.51.100.1"))
    ended: list[object] = []
    for task in (*guesses, right):
        task.add_done_callback(ended.append)
    outcomes = await asyncio.gather(*guesses, right, return_exceptions=True)
    # of six, three find no room: the guesses that came last
    assert [type(outcome) for outcome in outcomes] == [WrongPassword] * 2 + [SignInLocked] * 3 + [str]
    assert next(task for task in ended if task not in guesses[2:]) is right


async def test_who_gives_up_just_before_being_refused_breaks_nobody_elses_turn() -> None:
    turns = Turns(burst=0, every=0.01, room=1)
    await turns(0)  # so that the next one has to wait
    gives_up = asyncio.create_task(turns(1))
    await asyncio.sleep(0)
    stays = asyncio.create_task(turns(0))
    gives_up.cancel()  # `stays` looks at the queue before `gives_up` has left it
    await asyncio.wait_for(stays, 60)
    assert gives_up.cancelled()


async def test_who_gives_up_just_before_a_turn_leaves_it_to_the_next() -> None:
    turns = Turns(burst=2, every=0.001)
    gives_up, stays = asyncio.create_task(turns(0)), asyncio.create_task(turns(1))
    await asyncio.sleep(0)
    gives_up.cancel()  # the turns are given before `gives_up` has left the queue
    await asyncio.wait_for(stays, 60)
    assert gives_up.cancelled()


async def test_the_administrator_ends_every_wait(house: House) -> None:
    await house.guess(5)
    await UnlockSignIn(accounts=house.accounts, audit=house.audit)(by="ann")
    assert await house.sign_in(WORD, address="192.0.2.1")


async def test_guesses_made_at_once_are_counted_before_they_are_looked_at(house: House) -> None:
    guesses = [house.sign_in(f"guess {n}", address="192.0.2.1") for n in range(30)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(WrongPassword) == 5


async def test_the_first_password_is_set_once(house: House) -> None:
    with pytest.raises(PasswordAlreadySet):
        await house.set_password("another password", by="ann", first=True)
    assert await house.sign_in(WORD, address="192.0.2.1")


async def test_a_short_password_is_refused(house: House) -> None:
    with pytest.raises(InvalidInput):
        await house.set_password("short", by="ann")


async def test_a_new_password_signs_everybody_out(house: House) -> None:
    token = await house.sign_in(WORD, address="192.0.2.1")
    await house.set_password("another password", by="ann")
    with pytest.raises(NotSignedIn):
        await house.admit(token)
    with pytest.raises(WrongPassword):
        await house.sign_in(WORD, address="192.0.2.1")


async def test_the_same_secret_told_again_signs_nobody_out_and_another_one_does(house: House) -> None:
    token = await house.sign_in(WORD, address="192.0.2.1")
    await house.set_password.ensure(WORD, by="ann")
    assert await house.admit(token)
    await house.set_password.ensure("another password", by="ann")
    with pytest.raises(NotSignedIn):
        await house.admit(token)


async def test_a_secret_sets_the_first_password_too() -> None:
    house = House()
    assert not await house.set_password.is_set()
    await house.set_password.ensure(WORD, by="ann")
    assert await house.set_password.is_set()
