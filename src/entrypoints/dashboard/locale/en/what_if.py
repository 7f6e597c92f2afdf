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
    "what_if.who": "Compare with someone who differs in",
    "what_if.none": "Choose …",
    "what_if.nobody": "Choose a difference to compare.",
    "what_if.more": "{amount} more than this person",
    "what_if.less": "{amount} less than this person",
    "what_if.base": "The people beside are compared with this person.",
    "what_if.same": "A typical year costs the same",
    "what_if.bars": "Bars show the likely range, dots the typical year, all on one scale. The dashed line is this "
    "person's typical year.",
    "what_if.failed": "We could not update these numbers. Nothing is lost. We keep trying.",
    "what_if.stale": "These are still the numbers for your last answers. Fix the marked answer to update them.",
    "curve": "Cost along one fact",
    "curve.lead": "The same person with other values. All other facts stay the same.",
    "curve.choose": "Show cost by",
    "curve.title": "Cost by {label}",
    "curve.own": "{label} {value}:",
    "curve.seen": "Chart of a typical year's cost by {label}, with the likely range as a band. At {first}, "
    "{at_first}. At this person's {own}, {typical}. At {last}, {at_last}. All values are in the table below.",
    "curve.seen.other": "Chart of a typical year's cost by {label}, with the likely range as a band. At {first}, "
    "{at_first}. At {last}, {at_last}. All values are in the table below.",
    "curve.none": "The dot is missing because this person has no such value.",
    "curve.legend": "The line is the typical year. The shaded part is the range of 9 in 10 people. The dot is this "
    "person.",
    "curve.table": "Show these numbers as a table",
}
