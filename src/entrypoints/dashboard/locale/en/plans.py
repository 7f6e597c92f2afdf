"""The page on which insurance plans are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "plans.nav": "Plans",
    "plans.title": "What would you pay with insurance?",
    "plans.lead": "Compare up to four plans for one person or a household.",
    "plans.answer": "What you would pay",
    "plans.says.one": "On average you pay {amount} a year, premium included. In 19 of 20 years it is {most} or less.",
    "plans.says.same": "{name} costs least: {amount} a year on average, premium included. In 19 of 20 years it is "
    "{most} or less.",
    "plans.says.average": "{name} costs least on average: {amount} a year, premium included.",
    "plans.says.bad": "{name} costs least in a bad year: {most} or less in 19 of 20 years.",
    "plans.says.simulated": "For {people} people we tried many thousands of years. The averages may be off by {error}.",
    "plans.left": "Amounts are what is left to you after the plan pays.",
    "plans.least": "Cheapest plan",
    "plans.average": "Average year, with premium",
    "plans.premium.row": "Premium",
    "plans.share.typical": "Your share in a typical year",
    "plans.share.expected": "Your share on average",
    "plans.aside": "Set aside for your share (enough in 19 of 20 years)",
    "plans.reached": "Reach the plan's maximum",
    "plans.reached.few": "Fewer than 1 in 100",
    "plans.worst": "Most you can pay, with premium",
    "plans.bars": "Bars are the average year: the premium first, then your share. The dashed line is a bad year: 1 "
    "in 20 costs more. All bars have one scale.",
    "plans.note": "The plans are examples. Type in your own. Doctors outside a plan's network and care that it "
    "does not cover cost extra.",
    "plans.change": "Change this plan",
    "plans.add": "Add a plan",
    "plans.remove": "Remove {name}",
    "plans.own": "My plan",
    "plans.name": "Name",
    "plans.premium": "Premium a year",
    "plans.premium.help": "Twelve times the monthly premium, for everybody on the plan.",
    "plans.deductible": "Deductible",
    "plans.deductible.help": "What one person pays first, before the plan pays.",
    "plans.copay": "Copays in a year",
    "plans.copay.help": "What all visits and prescriptions cost together. 0 if there are none.",
    "plans.out_of_pocket_maximum": "Out-of-pocket maximum",
    "plans.out_of_pocket_maximum.help": "The most one person pays in a year, without the premium.",
    "plans.coinsurance": "Coinsurance",
    "plans.coinsurance.help": "Your share after the deductible.",
    "plans.wrong.amount": "Enter an amount of 0 or more, such as 3000.",
    "plans.wrong.share": "Enter a share from 0 to 100.",
    "plans.wrong.maximum": "Enter an amount that is not below the deductible.",
    "plans.stale": "These are still the numbers for your last answers. Fix the marked answer to update them.",
    "plans.household": "Who is on the plan",
    "plans.household.lead": "Keep a person here, then fill in the form for the next. A family's deductible and "
    "maximum are twice one person's.",
    "plans.member.form": "The person in the form",
    "plans.join": "Keep this person and add another",
    "plans.joined": "{count} people are on the plan.",
    "plans.leave": "Remove",
    "plans.leave.who": "Remove {who}",
}
