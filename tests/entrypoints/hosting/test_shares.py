from __future__ import annotations

from entrypoints.hosting.shares import Shares


class Held:
    """Things that subscribers hold, and which of them gave way."""

    def __init__(self, *, each: int, total: int) -> None:
        self.shares, self.gave_way = Shares(each=each, total=total), []

    def enter(self, *names: str) -> None:
        for name in names:  # the first letter is the subscriber's
            self.shares.enter(name, name[0], lambda name=name: self.gave_way.append(name))


def test_the_oldest_of_a_subscriber_at_the_limit_gives_way():
    held = Held(each=2, total=10)
    held.enter("a1", "b1", "a2", "a3", "a4")
    assert held.gave_way == ["a1", "a2"]


def test_when_all_is_taken_who_holds_most_gives_way():
    held = Held(each=10, total=4)
    held.enter("b1", "a1", "a2", "a3", "c1", "d1")
    assert held.gave_way == ["a1", "a2"]


def test_what_was_left_makes_room():
    held = Held(each=1, total=1)
    held.enter("a1")
    held.shares.leave("a1")
    held.shares.leave("a1")
    held.enter("a2")
    assert held.gave_way == []
