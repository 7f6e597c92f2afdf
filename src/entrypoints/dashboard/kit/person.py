"""The form of six facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.beneficiary import REGIONS, SEXES, Beneficiary
from entrypoints.dashboard.kit.bmi import BmiHelper
from entrypoints.dashboard.kit.fields import ChoiceField, Field, SelectField
from entrypoints.dashboard.kit.measures import age_field, bmi_field
from entrypoints.dashboard.kit.shell import card, tag, text
from entrypoints.dashboard.kit.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.errors import FieldError
    from entrypoints.dashboard.words.speech import Words

MOST_CHILDREN: Final = 5


class PersonForm:
    """Six facts about one adult, each with its limits said before they are broken."""

    def __init__(self, words: Words, *, on_change: Callable[[], object]) -> None:
        self._words = words
        with tag("div", "asking"), card("person", words("form"), classes="form"):
            self._fields: dict[str, Field] = {field.name: field for field in self._make()}
            self._spoken = Spoken()
            with tag("a", "peek").props('href="#answer"'):
                text("span", words("typical"))
                self._typical = text("b", "…")
                text("span", words("see"), "peek-do")
        for field in self._fields.values():
            field.on_value_change(on_change)

    def _make(self) -> list[Field]:
        words = self._words
        age = age_field(words, value=40, hint=words("age.help"))
        sexes = [(sex.value, words(f"sex.{sex.value}")) for sex in SEXES]
        sex = ChoiceField(name="sex", value="female", label=words("sex"), options=sexes, kept=True)
        bmi = bmi_field(words, value=27.5, label=words("bmi"), hint=words("bmi.help"))
        BmiHelper(words, found=bmi.set_value)
        numbers = [(count, str(count)) for count in range(MOST_CHILDREN + 1)]
        children = ChoiceField(
            name="children", value=1, label=words("children"), hint=words("children.help"), options=numbers, kept=True
        )
        answers = [(False, words("smoker.no")), (True, words("smoker.yes"))]
        smoker = ChoiceField(name="smoker", value=False, label=words("smoker"), options=answers, kept=True)
        regions = [(region.value, words(f"region.{region.value}")) for region in REGIONS]
        region = SelectField(name="region", value="northeast", label=words("region"), options=regions, kept=True)
        return [age, sex, bmi, children, smoker, region]

    def facts(self) -> dict[str, object]:
        """Give what the fields hold, right or wrong; None where a number is none."""
        return {name: field.value for name, field in self._fields.items()}

    def person(self) -> Beneficiary:
        """Read the person.

        Raises:
            InvalidBeneficiary: naming every field that is wrong.
        """
        return Beneficiary.of(self.facts())

    def mark(self, errors: Sequence[FieldError]) -> None:
        """Show each error beside its field, and no others; they are said once nobody types."""
        sentences = {error.field: self._words.error(error) for error in reversed(errors)}
        for name, field in self._fields.items():
            field.error = sentences.get(name, "")
        self._spoken(" ".join(sentences.values()))

    def typical(self, usd: str) -> None:
        """Repeat the answer at the bottom of a small screen, where the form hides it."""
        self._typical.text = usd
