from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import LedgerBroken
from domain.models.ledger import Change, Head, LedgerEntry, NewEntry, previous_champion, sealed, verify

AT = datetime(2026, 1, 1, tzinfo=UTC)


def chain(*versions: int) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    for version in versions:
        change = Change.PROMOTION if version > 0 else Change.ROLLBACK
        new = NewEntry(change=change, version=abs(version), digest="d", replaces=None, at=AT, by="ann", reason="r")
        entries.append(sealed(new, after=entries[-1] if entries else None))
    return entries


@given(st.lists(st.integers(1, 9), max_size=6))
def test_an_honest_ledger_verifies(versions: list[int]) -> None:
    entries = chain(*versions)
    verify(entries, head=Head(entries[-1].seal if entries else None))


@pytest.mark.parametrize(
    "change", [{"version": 9}, {"by": "eve"}, {"reason": ""}, {"overridden": True}, {"seal": "0" * 64}]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_entry_shows(place: int, change: dict) -> None:
    entries = chain(1, 2, 3)
    entries[place] = replace(entries[place], **change)
    with pytest.raises(LedgerBroken, match=f"entry {place + 1}"):
        verify(entries, head=Head(chain(1, 2, 3)[-1].seal))


def test_a_removed_entry_and_a_swapped_one_show() -> None:
    first, second, third = chain(1, 2, 3)
    for tampered in ([first, third], [second, third], [second, first, third]):
        with pytest.raises(LedgerBroken):
            verify(tampered, head=Head(third.seal))


def test_a_cut_tail_shows_by_the_head_kept_elsewhere() -> None:
    first, second, third = chain(1, 2, 3)
    for rest in ([first, second], [first], []):
        with pytest.raises(LedgerBroken, match="cut off"):
            verify(rest, head=Head(third.seal))


def test_a_crash_before_or_after_the_commit_of_an_announced_entry_is_no_tampering() -> None:
    first, second, third = chain(1, 2, 3)
    announced = Head(second.seal, announced=third.seal)
    verify([first, second, third], head=announced)
    verify([first, second], head=announced)
    verify([], head=Head(None, announced=first.seal))
    with pytest.raises(LedgerBroken):
        verify([first], head=announced)


def test_an_entry_that_nobody_announced_shows_however_well_it_is_sealed() -> None:
    first, second, forged = chain(1, 2, 9)
    with pytest.raises(LedgerBroken, match="added"):
        verify([first, second, forged], head=Head(second.seal))
    with pytest.raises(LedgerBroken):
        verify([forged], head=Head(None))


@pytest.mark.parametrize(
    ("history", "previous"),
    [((), None), ((1,), None), ((1, 2), 1), ((1, 2, -1), None), ((1, 2, 3, -2), 1), ((1, 2, -1, 3), 1)],
)
def test_rolling_back_goes_to_the_champion_before(history: tuple[int, ...], previous: int | None) -> None:
    assert previous_champion(chain(*history)) == previous
