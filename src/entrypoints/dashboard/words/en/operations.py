"""The page of those who keep it running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "operations.nav": "Operations",
    "operations.title": "Operations",
    "operations.lead": "What runs, what was asked, and how the answers came out. The numbers renew themselves.",
    "operations.away": "We cannot look at the parts just now.",
    "operations.away.do": "We keep trying.",
    "operations.records.away": "We cannot read the predictions just now.",
    "operations.parts": "Parts",
    "operations.part": "Part",
    "operations.state": "State",
    "operations.detail": "What it says",
    "operations.api": "API",
    "operations.api.here": "in this process",
    "operations.api.other": "in another process",
    "operations.server": "Model server",
    "operations.server.says": "version {version}, fingerprint {digest}",
    "operations.database": "Database",
    "operations.database.says": "answers, with the schema that is needed",
    "operations.pointer": "Champion",
    "operations.pointer.same": "version {version}, the one that answers",
    "operations.pointer.other": "version {version}, but another one answers",
    "operations.pointer.away": "version {version}; no model answers just now",
    "operations.pointer.none": "no version was promoted yet",
    "operations.pointer.unknown": "not known while the database is away",
    "operations.up": "works",
    "operations.down": "away",
    "operations.warn": "check",
    "operations.requests": "Requests",
    "operations.requests.lead": "To the API, since this process started. Errors are answers of 500 and above.",
    "operations.requests.none": "No request came yet.",
    "operations.requests.other": "The API runs in another process. Its figures are at /api/v1/metrics there.",
    "operations.route": "Route",
    "operations.count": "Requests",
    "operations.errors": "Errors",
    "operations.median": "Median",
    "operations.p95": "95 of 100 within",
    "operations.ms": "{ms} ms",
    "operations.answers": "Predictions answered",
    "operations.answers.by": "by version {version}: {count}",
    "operations.groups.mean": "{mean} at a time",
    "operations.groups.predict": "Asked of the model server",
    "operations.groups.predict.means": "on average; questions: {groups}",
    "operations.groups.record": "Written to the database",
    "operations.groups.record.means": "on average; commits: {groups}",
    "operations.outcomes": "How answers came out",
    "operations.outcomes.lead": "Of the newest {looked} predictions, the real cost is known for {known}.",
    "operations.outcomes.none": "No real cost is known yet. Add one to a past estimate, and it counts here.",
    "operations.outcomes.empty": "Nothing was predicted yet.",
    "operations.inside": "In the range",
    "operations.inside.means": "It should be 90% or more.",
    "operations.miss": "Usual miss",
    "operations.miss.means": "Typical year against real cost, on average.",
    "operations.bias": "Expected minus real",
    "operations.bias.means": "Near zero is good.",
    "operations.fit": "Does the champion still fit?",
    "operations.fit.lead": (
        "Report of {moment}: {predictions} predictions and {outcomes} real costs since {since}, beside {rows} people "
        "of its data."
    ),
    "operations.fit.none": (
        "There is no report about version {version} yet. “medcost monitor run” makes one; once a day is enough."
    ),
    "operations.fit.few": "There are too few predictions and real costs to compare.",
    "operations.fit.stale": "This report is more than two days old.",
    "operations.fit.stale.do": "Look at the schedule that runs “medcost monitor run”: silence is not health.",
    "operations.fit.fits": "Nothing has changed.",
    "operations.fit.do": "Think of training on newer data: “medcost retrain” does it, and asks the gate.",
    "operations.fit.short": "The range holds too seldom for: {groups}.",
    "operations.fit.columns": "What came in, and what was learned from",
    "operations.fit.column": "What",
    "operations.fit.index": "Stability index",
    "operations.fit.chance": "Chance alone",
    "operations.fit.least": "below 0.001",
    "operations.fit.expected": "Expected cost",
    "operations.fit.pit": "Real costs among those predicted",
    "operations.fit.groups": "How answers came out, by group",
    "operations.fit.group": "Who",
    "operations.fit.known": "Real costs",
    "operations.fit.before": "When made",
    "operations.fit.fallen": "too seldom",
    "operations.fit.holds": "holds",
    "operations.drift": "Drift of inputs",
    "operations.drift.lead": (
        "The newest {rows} predictions, beside the {people} people that version {version} learned from."
    ),
    "operations.drift.none": "All six facts look like the data.",
    "operations.drift.shifted": "Shifted: {facts}.",
    "operations.drift.do": "Answers for such people may be rougher. Think of training on newer data.",
    "operations.drift.alike": "as in the data",
    "operations.drift.other": "shifted",
    "operations.drift.mean": "On average {now} here, {before} in the data.",
    "operations.drift.group": "{group}: {now} here, {before} in the data.",
    "operations.drift.legend": (
        "Bars: the predictions. Lines: the data. A shift counts if it is too large for chance, and large "
        "enough to matter."
    ),
    "operations.drift.few": "Predictions so far: {rows}. From {fewest} on, a shift can be told from chance.",
    "operations.drift.no_champion": "No version was promoted yet: there is nothing to compare with.",
    "operations.drift.no_profile": (
        "The card of version {version} is too old to say who was in its data. The next version you train will say it."
    ),
}
