"""How texts, money, numbers, dates and people are said in one language."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from entrypoints.dashboard.words.catalogues import CATALOGUES

if TYPE_CHECKING:
    from datetime import datetime

    from domain.beneficiary import Beneficiary
    from domain.errors import FieldError
    from domain.prediction import Caution


MINUS: Final = "\N{MINUS SIGN}"
"""As wide as the plus."""


class Words:
    """Texts, money, dates and sentences of one language. Passed explicitly: event handlers know no request.

    Both languages write numbers and money as the Unicode CLDR does for en-US and es-US: $8,240 and 27.5.

    >>> words = Words("en")
    >>> words("range.value", low=words.usd(5031.2), high=words.usd(18394.9))
    '$5,030 to $18,390'
    >>> words.change(80.0), words.change(0.0)
    ('+$80', '$0')
    >>> Words("es").thousands(10_000)
    '$10 mil'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = CATALOGUES[language]

    def __call__(self, key: str, **values: object) -> str:
        """Give a text, with its gaps filled."""
        return self._texts[key].format(**values) if values else self._texts[key]

    def usd(self, amount: float) -> str:
        """Write dollars as people say them: to the nearest ten."""
        return f"${round(amount, -1):,.0f}"

    def dollars(self, amount: float) -> str:
        """Write dollars for those who measure: to the dollar."""
        return f"${amount:,.0f}"

    def share(self, share: float, digits: int = 0) -> str:
        """Write a share of one as per cent."""
        return self("locale.percent", number=f"{100 * share:.{digits}f}")

    def change(self, amount: float) -> str:
        """Write dollars that are added or taken away."""
        tens = round(amount, -1)
        sign = "+" if tens > 0 else MINUS if tens < 0 else ""
        return f"{sign}${abs(tens):,.0f}"

    def thousands(self, amount: float) -> str:
        """Write a tick of a dollar axis."""
        return self("locale.thousands", thousands=f"{amount / 1000:g}") if amount else "$0"

    def count(self, number: int) -> str:
        """Write a whole number."""
        return f"{number:,}"

    def day(self, when: datetime) -> str:
        """Write a date."""
        when = when.astimezone(UTC)
        return self("locale.day", day=when.day, month=self("locale.months").split()[when.month - 1], year=when.year)

    def moment(self, when: datetime) -> str:
        """Write a date and time, in UTC."""
        return f"{self.day(when)}, {when.astimezone(UTC):%H:%M} UTC"

    def family(self, name: str) -> str:
        """Say a model family in plain words, or as it is called where there are none."""
        return self.or_else(f"family.{name}", name.replace("_", " "))

    def or_else(self, key: str, otherwise: str) -> str:
        """Give a text, or what there is where the catalogue has none: names come from models, which come and go."""
        return self._texts.get(key, otherwise)

    def error(self, error: FieldError) -> str:
        """Say what to do about a broken rule of a field."""
        other = "field.missing" if error.code == "missing" else "field.other"
        known = self._texts.get(f"{error.field}.{error.code}")
        return known or self(other, field=self._texts.get(error.field, error.field))

    def caution(self, caution: Caution) -> str:
        """Say why the model is guessing."""
        return self._texts.get(caution.code, caution.detail)

    def facts(self, who: Beneficiary) -> list[str]:
        """Say six facts one by one, for the cells of a table.

        >>> from domain.beneficiary import Beneficiary, Region, Sex
        >>> jo = Beneficiary(age=40, sex=Sex.MALE, bmi=28, children=1, smoker=True, region=Region.SOUTHEAST)
        >>> Words("en").facts(jo)
        ['40', 'Male', '28', '1', 'Yes', 'Southeast']
        """
        return [
            str(who.age),
            self(f"sex.{who.sex.value}"),
            f"{who.bmi:g}",
            str(who.children),
            self("smoker.yes" if who.smoker else "smoker.no"),
            self(f"region.{who.region.value}"),
        ]

    def person(self, who: Beneficiary) -> str:
        """Say six facts in one line.

        >>> from domain.beneficiary import Beneficiary, Region, Sex
        >>> jo = Beneficiary(age=40, sex=Sex.MALE, bmi=28, children=1, smoker=True, region=Region.SOUTHEAST)
        >>> Words("en").person(jo)
        '40, male, BMI 28, 1 child, smokes, Southeast'
        """
        few = {0: "person.childless", 1: "person.child"}.get(who.children, "person.children")
        return self(
            "person",
            age=who.age,
            sex=self(f"sex.{who.sex}").lower(),
            bmi=f"{who.bmi:g}",
            children=self(few, count=who.children),
            smoking=self("person.smoker" if who.smoker else "person.nonsmoker"),
            region=self(f"region.{who.region}"),
        )
