"""What tests of pages do as a simulated user: fill in fields, and wait for answers."""

from typing import Final

from nicegui.testing.user import User

from entrypoints.dashboard.widgets.fields import Field

PATIENT: Final = 100
"""Tries, a tenth of a second each."""


def field(user: User, name: str) -> Field:
    (match,) = (element for element in user.find(Field).elements if element.name == name)
    return match


def enter(user: User, **values: object) -> None:
    """Fill in fields by their names, in which ``__`` stands for a hyphen."""
    with user:
        for name, value in values.items():
            field(user, name.replace("__", "-")).value = value
