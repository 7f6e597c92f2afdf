"""What `use_case` makes of a class."""

from dataclasses import FrozenInstanceError

import pytest

from application.use_case import use_case


@use_case
class Greet:
    """Greet somebody."""

    name: str


def test_the_ports_of_a_use_case_cannot_be_exchanged_later() -> None:
    greet = Greet(name="Ann")
    with pytest.raises(FrozenInstanceError):
        greet.name = "Bob"  # type: ignore[misc]  # what must not be possible


def test_ports_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        Greet("Ann")  # type: ignore[misc]  # what must not be possible
