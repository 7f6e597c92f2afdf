"""Fields of a form: native controls with a label, a help text and an error; one small Vue file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_THROTTLE = 0.05
"""Seconds between two values that one drag of a slider sends."""


class Field(ValueElement):
    """The base of all fields; ``error`` is the sentence beside the field, empty without an error.

    A ``persistent`` field stores its value in the browser's tab under its name, and restores it after a reload, on
    another page, or after a restart of the server.
    """

    LOOPBACK = False

    def __init__(self, *, name: str, value: object, label: str, hint: str = "", **props: object) -> None:
        super().__init__(value=value, throttle=_THROTTLE)
        self.name = name
        self.props.update({"name": name, "label": label, "help": hint, "error": "", **props})

    @property
    def error(self) -> str:
        """Return the error that is shown beside the field."""
        return self.props["error"]

    @error.setter
    def error(self, sentence: str) -> None:
        if sentence != self.error:
            self.props["error"] = sentence
            self.update()


class NumberField(Field, component="number_field.js"):
    """A number, with a slider if it has a step.

    ``value`` is an int or float, None if what was typed is no number. With ``unknown``, the text of a box to tick, None
    means that a person leaves the number open, and what is no number is the text that was typed.
    """

    def __init__(
        self,
        *,
        name: str,
        value: float | None,
        label: str,
        unit: str,
        hint: str = "",
        low: float = 0,
        high: float = 0,
        step: float = 0,
        persistent: bool = False,
        unknown: str = "",
    ) -> None:
        more = {"low": low, "high": high, "step": step, "unknown": unknown}
        super().__init__(name=name, value=value, label=label, hint=hint, unit=unit, persistent=persistent, **more)

    def offer(self, low: float, high: float, step: float) -> None:
        """Let the slider move over another range."""
        offered = {"low": low, "high": high, "step": step}
        if any(self.props[name] != value for name, value in offered.items()):
            self.props.update(offered)
            self.update()


class ChoiceField(Field, component="choice_field.js"):
    """A choice of a few options, given as (value, text)."""

    def __init__(
        self,
        *,
        name: str,
        value: object,
        label: str,
        options: Sequence[tuple[object, str]],
        hint: str = "",
        persistent: bool = False,
    ) -> None:
        offered = [list(option) for option in options]
        super().__init__(name=name, value=value, label=label, hint=hint, options=offered, persistent=persistent)


class SelectField(ChoiceField, component="select_field.js"):
    """A choice of many options.

    With ``reveals``, only those of the sibling elements with an attribute ``data-for`` are shown that name its value.
    """

    def __init__(self, *, reveals: bool = False, **props: Any) -> None:
        super().__init__(**props)
        self.props["reveals"] = reveals


class InputField(Field, component="input_field.js"):
    """A single-line text field.

    ``value`` is the text; ``kind`` is ``date`` (``2026-11-23``), ``text`` for an amount, or ``words``.
    """

    def __init__(
        self,
        *,
        name: str,
        label: str,
        kind: str,
        value: str = "",
        hint: str = "",
        unit: str = "",
        persistent: bool = False,
    ) -> None:
        super().__init__(name=name, value=value, label=label, hint=hint, kind=kind, unit=unit, persistent=persistent)


class StoredText(ValueElement, component="stored_text.js"):
    """An invisible text that is stored in the browser's tab under a name and restored after a reload."""

    LOOPBACK = False

    def __init__(self, name: str) -> None:
        super().__init__(value="")
        self.props["name"] = name


class FileDrop(ui.element, component="file_drop.js"):
    """An area to drop or choose a file of at most ``most`` bytes, which is sent to an address by PUT."""

    def __init__(self, to: str, most: int, texts: Mapping[str, str]) -> None:
        super().__init__()
        self.props.update({"to": to, "most": most, "texts": dict(texts)})
