"""The page that compares people who differ in one fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "what_if.nav": "What if",
    "what_if.title": "What if one fact were different?",
    "what_if.lead": "Compare this person with people who differ in one fact.",
    "what_if.compare": "Side by side",
    "what_if.compare.lead": "Each box changes one fact and keeps the rest.",
    "what_if.note": "These are different people in the data. They do not show that a change would save or cost "
    "this much.",
    "what_if.this": "This person",
    "what_if.other": "Someone else, {number}",
    "what_if.who": "Someone who",
    "what_if.none": "Choose …",
    "what_if.nobody": "Choose a difference to compare.",
    "what_if.smoker": "smokes",
    "what_if.nonsmoker": "does not smoke",
    "what_if.older": "is 10 years older",
    "what_if.younger": "is 10 years younger",
    "what_if.age": "has another age",
    "what_if.bmi": "has another BMI",
    "what_if.child": "has 1 more child",
    "what_if.region": "lives in the {region}",
    "what_if.bmi.label": "BMI",
    "what_if.more": "{usd} more than this person",
    "what_if.less": "{usd} less than this person",
    "what_if.base": "The others are compared with this.",
    "what_if.same": "The same as this person",
    "what_if.bars": "Bars show the likely range, dots the typical year, all on one scale. "
    "The dashed line is this person's typical year.",
    "what_if.failed": "We could not update these numbers. Nothing is lost. We keep trying.",
    "what_if.stale": "These are still your last numbers. Fix the marked answer to update them.",
    "curve": "Cost along one fact",
    "curve.lead": "The same person at other values; all other facts stay.",
    "curve.choose": "Show cost by",
    "curve.age": "Age",
    "curve.bmi": "BMI",
    "curve.age.title": "Cost by age",
    "curve.bmi.title": "Cost by BMI",
    "curve.age.own": "Age {value}:",
    "curve.bmi.own": "BMI {value}:",
    "curve.age.seen": "Chart of a typical year's cost by age, with the likely range as a band. "
    "At {first}, {at_first}. At this person's {own}, {typical}. At {last}, {at_last}. "
    "All values are in the table below.",
    "curve.bmi.seen": "Chart of a typical year's cost by BMI, with the likely range as a band. "
    "At {first}, {at_first}. At this person's {own}, {typical}. At {last}, {at_last}. "
    "All values are in the table below.",
    "curve.legend": "The line is the typical year. The shaded part holds 9 in 10 people. The dot is this person.",
    "curve.table": "Show these numbers as a table",
}
