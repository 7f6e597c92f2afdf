"""Every word and number that the dashboard shows, in one language at a time."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.beneficiary import Beneficiary
    from domain.errors import FieldError
    from domain.prediction import Caution

ENGLISH: Final[Mapping[str, str]] = {
    "title": "What might a year of care cost?",
    "lead": "Enter six facts about one adult. The answer changes as you type.",
    "skip": "Skip to the answer",
    "form": "About the person",
    "answer": "The answer",
    "age": "Age",
    "age.unit": "years",
    "age.help": "From 18 to 64. Up to 100 is a rough guess.",
    "age.type": "Enter the age in whole years, such as 40.",
    "age.range": "Enter an age from 18 to 100. We only know adults.",
    "sex": "Sex on record",
    "sex.female": "Female",
    "sex.male": "Male",
    "bmi": "Body mass index (BMI)",
    "bmi.unit": "kg/m²",
    "bmi.help": "From 10 to 70. 18.5 to 24.9 is the healthy range.",
    "bmi.type": "Enter the BMI as a number, such as 27.5.",
    "bmi.range": "Enter a BMI from 10 to 70.",
    "bmi.how": "I do not know the BMI",
    "bmi.formula": "Take the weight in pounds, times 703. Divide by the height in inches, twice. "
    "Or: kilograms, divided by metres, twice. 165 lb at 5 ft 5 in (65 in) is 27.5.",
    "children": "Children on the plan",
    "children.help": "For more than 5, choose 5.",
    "smoker": "Smokes now",
    "smoker.yes": "Yes",
    "smoker.no": "No",
    "region": "Region of the United States",
    "region.northeast": "Northeast",
    "region.northwest": "Northwest",
    "region.southeast": "Southeast",
    "region.southwest": "Southwest",
    "typical": "Typical year",
    "typical.means": "For half of people like this, a year of care costs less. For half, it costs more.",
    "expected": "Expected cost",
    "expected.means": "The average. A few very costly years pull it up. Use it to set money aside.",
    "range": "Likely range",
    "range.value": "{low} to {high}",
    "range.means": "9 in 10 people like this land in this range. 1 in 20 costs more.",
    "working": "Working it out …",
    "see": "See the answer",
    "save": "Save this estimate",
    "saving": "Saving …",
    "saved": "Saved. It is now first in the last estimates.",
    "print": "Print",
    "stale": "This is still your last estimate.",
    "stale.do": "Fix the marked answer to update it.",
    "failed": "We could not update the estimate.",
    "failed.first": "We could not work out the estimate.",
    "failed.do": "The numbers below are for your last answers. Nothing is lost. We keep trying.",
    "failed.first.do": "Nothing is lost. We keep trying.",
    "retry": "Try again",
    "unsaved": "We could not save this estimate.",
    "unsaved.do": "Press Save again in a moment. It will not be saved twice.",
    "unexpected": "Something went wrong on our side.",
    "unexpected.do": "Nothing you entered is lost. Reload the page if the numbers stop changing.",
    "broken.title": "This page did not open",
    "broken": "Something went wrong on our side. Nothing you entered is lost.",
    "broken.do": "Open it again",
    "missing.title": "There is no such page",
    "missing": "The address may be mistyped.",
    "missing.do": "Go to the estimate",
    "rough": "Treat this as a rough guess.",
    "age_beyond_data": "The data has nobody of this age.",
    "bmi_beyond_data": "The data has nobody with this BMI.",
    "children_beyond_data": "The data has nobody with this many children.",
    "few_alike": "Very few people in the data are like this one.",
    "spread": "How costs spread out",
    "spread.lead": "The higher the curve, the more people land there. A few have a very costly year.",
    "spread.typical": "Typical",
    "spread.expected": "Expected",
    "spread.dots": "Each dot is 1 of 20 people like this. The 18 filled dots are in the likely range.",
    "spread.seen": "Chart of a year's cost. Typical {typical}, expected {expected}. "
    "18 of 20 people cost {low} to {high}.",
    "reasons": "Where the dollars come from",
    "reasons.lead": "We start from the average person in the data. Each fact then adds dollars or takes some away.",
    "reasons.fact": "Fact",
    "reasons.chart": "Chart",
    "reasons.usd": "Dollars",
    "reasons.from": "Average person",
    "reasons.to": "This person",
    "reasons.caption": "Dollars that each fact adds to the expected cost",
    "reasons.note": "This shows what goes together in the data, not what causes what.",
    "reasons.failed": "We could not explain this estimate just now. We keep trying.",
    "reason.age": "Age",
    "reason.sex": "Sex",
    "reason.bmi": "Weight for height",
    "reason.children": "Children",
    "reason.smoker": "Smoking",
    "reason.region": "Region",
    "alike": "People like this one",
    "alike.of": "of {total} people in the data are close in age, BMI and smoking.",
    "alike.median": "Middle of the group",
    "alike.half": "Middle half of the group",
    "alike.means": "These are costs from the data, not estimates. When they agree with the estimate, trust it more.",
    "alike.few": "Too few people in the data are like this one to compare.",
    "model": "The model behind this",
    "model.synthetic": "Synthetic data",
    "model.synthetic.means": "It learned from invented people. Use it to try things out, not to plan.",
    "model.none": "No model has been trained yet, so a simple stand-in answers. It looks up what people alike cost. "
    "Version {version}, fingerprint {digest}.",
    "model.stand_in": "Those people are invented. Use it to try the page, not to plan.",
    "model.away": "We could not look up the model just now.",
    "model.version": "Version",
    "model.version.value": "{number}, {family}",
    "model.made": "Made",
    "model.data": "Learned from",
    "model.rows": "{rows} people",
    "model.miss": "Usual miss",
    "model.miss.means": "How far a typical year was off, on average, for people the model had not seen. "
    "Smaller is better.",
    "model.held": "Range held",
    "model.held.value": "{held} of 100",
    "model.held.means": "So many people it had not seen landed in their likely range. It should be 90 or more.",
    "model.digest": "Fingerprint",
    "family.linear": "straight line",
    "family.knn": "people alike",
    "family.tree": "decision tree",
    "family.forest": "random forest",
    "family.boosting": "boosted trees",
    "family.boosting_absolute": "boosted trees, aimed at the typical year",
    "family.boosting_gamma": "boosted trees for skewed costs",
    "family.interaction_ols": "linked facts",
    "family.interaction_huber": "linked facts, robust",
    "family.interaction_lad": "linked facts, aimed at the typical year",
    "last": "Last estimates",
    "last.lead": "The newest come first.",
    "last.empty": "No estimate is saved yet. Press Save and it appears here.",
    "last.away": "We could not read the saved estimates.",
    "last.away.do": "They are safe. The estimate above still works.",
    "last.typical": "typical year",
    "last.range": "range {low} to {high}",
    "person.smoker": "smokes",
    "person.nonsmoker": "does not smoke",
    "person.childless": "no children",
    "person.child": "1 child",
    "person.children": "{count} children",
    "person": "{age}, {sex}, BMI {bmi}, {children}, {smoking}, {region}",
    "footer": "For learning and planning. Not medical, insurance or legal advice.",
    "footer.kept": "Nothing you enter is kept unless you press Save.",
}
"""The one catalogue of English texts; another language is another mapping with the same keys."""

CATALOGUES: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH}


class Words:
    """Texts, money, dates and sentences of one language. Passed explicitly: event handlers know no request.

    >>> words = Words("en")
    >>> words("range.value", low=words.usd(5031.2), high=words.usd(18394.9))
    '$5,030 to $18,390'
    >>> words.change(80.0), words.change(0.0)
    ('+$80', '$0')
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

    def change(self, amount: float) -> str:
        """Write dollars that are added or taken away."""
        tens = round(amount, -1)
        sign = "+" if tens > 0 else "−" if tens < 0 else ""  # noqa: RUF001  # a minus sign, as wide as the plus
        return f"{sign}${abs(tens):,.0f}"

    def thousands(self, amount: float) -> str:
        """Write a tick of a dollar axis."""
        return f"${amount / 1000:g}k" if amount else "$0"

    def count(self, number: int) -> str:
        """Write a whole number."""
        return f"{number:,}"

    def day(self, when: datetime) -> str:
        """Write a date."""
        return f"{when.astimezone(UTC):%b} {when.astimezone(UTC).day}, {when.astimezone(UTC).year}"

    def moment(self, when: datetime) -> str:
        """Write a date and time, in UTC."""
        return f"{self.day(when)}, {when.astimezone(UTC):%H:%M} UTC"

    def family(self, name: str) -> str:
        """Say a model family in plain words, or as it is called where there are none."""
        return self._texts.get(f"family.{name}", name.replace("_", " "))

    def error(self, error: FieldError) -> str:
        """Say what to do about a broken rule of a field."""
        kind = "range" if error.code == "range" else "type"
        return self._texts.get(f"{error.field}.{kind}", f"{self._texts.get(error.field, error.field)} {error.detail}.")

    def caution(self, caution: Caution) -> str:
        """Say why the model is guessing."""
        return self._texts.get(caution.code, caution.detail)

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
