"""The fields of a page, as a simulated user fills them in."""

from nicegui.testing.user import User

from entrypoints.dashboard.widgets.fields import Field


def field(user: User, name: str) -> Field:
    (match,) = (element for element in user.find(Field).elements if element.name == name)
    return match


def enter(user: User, **values: object) -> None:
    """Fill in fields by their names, in which ``__`` stands for a hyphen."""
    with user:
        for name, value in values.items():
            field(user, name.replace("__", "-")).value = value
