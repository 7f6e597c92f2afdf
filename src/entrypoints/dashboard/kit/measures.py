"""The two facts that are measured: fields for age and BMI, wherever a page asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.kit.fields import NumberField

if TYPE_CHECKING:
    from entrypoints.dashboard.words.speech import Words

ADVISED_AGES: Final = (18, 64)
"""What the slider offers: beyond it, public data hold nobody. The number accepts what the domain accepts."""
COMMON_BMIS: Final = (15, 55)


def age_field(words: Words, *, value: float, name: str = "age", hint: str = "") -> NumberField:
    """Ask for an age in years."""
    low, high = ADVISED_AGES
    label, unit = words("age"), words("age.unit")
    return NumberField(name=name, value=value, label=label, hint=hint, unit=unit, low=low, high=high, step=1, kept=True)


def bmi_field(words: Words, *, value: float, label: str, name: str = "bmi", hint: str = "") -> NumberField:
    """Ask for a BMI in kg/m²."""
    low, high = COMMON_BMIS
    unit = words("bmi.unit")
    return NumberField(
        name=name, value=value, label=label, hint=hint, unit=unit, low=low, high=high, step=0.5, kept=True
    )
