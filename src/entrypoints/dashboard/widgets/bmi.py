"""The BMI of a person who knows height and weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.people.body import INCH, INCHES_IN_A_FOOT, POUND, body_mass_index
from entrypoints.dashboard.layout.shell import tag, text
from entrypoints.dashboard.widgets.fields import ChoiceField, NumberField

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrypoints.dashboard.locale.speech import Words

COMMON: Final = (15.0, 55.0)
"""BMIs that a slider offers, kg/m²; nearly all people are between them."""
START: Final = 27.5
"""The BMI with which a form starts, kg/m²."""
_CENTIMETRE: Final = 0.01


class BmiHelper:
    """A collapsed BMI calculator in US or metric units, which calls ``on_result`` with each BMI in kg/m²."""

    def __init__(self, words: Words, *, on_result: Callable[[float], object]) -> None:
        self._words, self._on_result = words, on_result
        with tag("details", "how"):
            text("summary", words("bmi.how"))
            systems = [("us", words("bmi.us")), ("metric", words("bmi.metric"))]
            self._system = ChoiceField(name="bmi-units", value="us", label=words("bmi.units"), options=systems)
            # which of the two is shown follows the radio buttons in the style sheet, without a word from the server:
            # whoever goes on typing at once would type into fields that are about to go
            with tag("div", "measures us"):
                self._feet = _measure(words, "feet")
                self._inches = _measure(words, "inches")
                self._pounds = _measure(words, "pounds")
            with tag("div", "measures metric"):
                self._centimetres = _measure(words, "centimetres")
                self._kilograms = _measure(words, "kilograms")
            text("p", words("bmi.how.then"), "hint")
        for field in (self._system, self._feet, self._inches, self._pounds, self._centimetres, self._kilograms):
            field.on_value_change(self._work_out)

    def _work_out(self) -> None:
        if self._are_wrong():
            return
        if self._system.value == "us":
            metres = ((self._feet.value or 0) * INCHES_IN_A_FOOT + (self._inches.value or 0)) * INCH
            kilograms = (self._pounds.value or 0) * POUND
        else:
            metres = (self._centimetres.value or 0) * _CENTIMETRE
            kilograms = self._kilograms.value or 0
        if metres > 0 and kilograms > 0:
            self._on_result(body_mass_index(kilograms=kilograms, metres=metres))

    def _are_wrong(self) -> bool:
        """Mark each measure that cannot be one: below zero, or a foot and more in the inches beside the feet."""
        for field in (self._feet, self._inches, self._pounds, self._centimetres, self._kilograms):
            field.error = self._words("bmi.measure.range") if (field.value or 0) < 0 else ""
        if self._feet.value and (self._inches.value or 0) >= INCHES_IN_A_FOOT:
            self._inches.error = self._words("bmi.inches.range")
        shown = (
            (self._feet, self._inches, self._pounds)
            if self._system.value == "us"
            else (self._centimetres, self._kilograms)
        )
        return any(field.error for field in shown)


def _measure(words: Words, name: str) -> NumberField:
    return NumberField(name=name, value=None, label=words(f"bmi.{name}"), unit=words(f"bmi.{name}.unit"))
