"""Simulated months of monitoring: the rates of alarms without a reason and with a reason.

``python -m benchmarks.months --family linear`` prints a part of the table of docs/monitoring.md. All people are
invented, every draw is seeded.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from adapters.arrow.synthetic import SyntheticClaims
from adapters.local.clock import SystemClock
from adapters.scipy.drift import ScipyDriftMeter
from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.trainer import SklearnTrainer
from application.monitoring.monitor_champion import coverages, covered_when_made, drifts
from domain.costs.prediction import ModelReference
from domain.models.model import FoldPlan, Provenance, Recipe
from domain.monitoring.drift import Sample
from domain.monitoring.level import CostLevel, LevelState, begin
from domain.monitoring.report import GroupOutcomes, pit
from tests.support.default_schema import DEFAULT, FACTS, OBESITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from domain.ports.loader import LoadedModel

    Floats = NDArray[np.float64]

MONTHS: Final = 100
TRAININGS: Final = 10
"""The number of training samples: the months of a single sample are nearly all alike."""
SMALL, LARGE = 150, 20_000
POOL: Final = 40_000
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW: Final = timedelta(days=30)
A_DAY: Final = 20
"""Outcomes that are recorded in a day."""
CHANGES: Final = (1.0, 1.05, 1.1, 1.15, 1.25)
AGE, BMI, SMOKER = FACTS.index("age"), FACTS.index("bmi"), FACTS.index("smoker")


@dataclass(frozen=True)
class World:
    """A champion, and a pool of people whom it never saw, with their outcomes, from which months are drawn."""

    before: dict[str, tuple[int, int]]
    learnt_from: Sample
    facts: Floats
    expected: Floats
    pit: Floats
    inside: NDArray[np.bool_]
    costs: Floats

    @classmethod
    def of(
        cls, model: LoadedModel, before: dict[str, tuple[int, int]], learnt_from: Sample, facts: Floats, costs: Floats
    ) -> World:
        answers = asyncio.run(model.publish_columns(_table(facts))).money.tolist()
        expected, _, low, high = np.array(answers)
        places = np.empty(len(facts))
        draws = np.random.default_rng(7).random(len(facts))
        for at in range(0, len(facts), 10_000):
            part = slice(at, at + 10_000)
            rows: Any = asyncio.run(model.predict_columns(_table(facts[part]))).numbers.tolist()
            places[part] = [
                pit(quantiles, cost, draw)
                for (_, *quantiles, _), cost, draw in zip(rows, costs[part].tolist(), draws[part].tolist(), strict=True)
            ]
        return cls(before, learnt_from, facts, expected, places, (costs >= low) & (costs <= high), costs)

    def alarms(self, people: NDArray[np.intp]) -> list[str]:
        """Monitor a month in which these people asked, and their outcomes came in."""
        facts, meter = self.facts[people], ScipyDriftMeter()
        answered = Sample(DEFAULT, facts, {"expected": self.expected[people]})
        with_outcomes = Sample(DEFAULT, facts, {"pit": self.pit[people]})
        smoker, obese = facts[:, SMOKER] == 1, facts[:, BMI] >= OBESITY
        female = facts[:, FACTS.index("sex")] == 0
        members = {
            "all": np.ones(len(facts), bool),
            "smoker=yes": smoker,
            "smoker=no": ~smoker,
            "obese=yes": obese,
            "obese=no": ~obese,
            "sex=female": female,
            "sex=male": ~female,
        }
        inside = self.inside[people]
        groups = [
            GroupOutcomes(group=name, outcomes=int(of.sum()), inside=int(inside[of].sum()), bias=0, typical_mae=0)
            for name, of in members.items()
            if of.any()
        ]
        alarms = [
            f"drift:{column.column}"
            for column in drifts(meter, self.learnt_from, answered, with_outcomes)
            if column.drifted
        ]
        alarms += [f"coverage:{group.group}" for group in coverages(meter, groups, self.before) if group.short]
        level = CostLevel.of(self.expected[people].tolist(), self.costs[people].tolist(), since=START)
        return alarms + ["level"] * (level.state is LevelState.SHIFTED)

    def level_alarm(self, people: NDArray[np.intp], days: int) -> int:
        """Judge the level of costs each day, with as many new outcomes, and return the first day of an alarm, or 0."""
        expected, costs = self.expected[people], self.costs[people]
        each = len(people) // days
        for day in range(1, days + 1):
            since, sequence = begin(START, START + timedelta(days=day), WINDOW)
            seen = slice((since - START).days * each, day * each)
            level = CostLevel.of(expected[seen].tolist(), costs[seen].tolist(), since=since, sequence=sequence)
            if level.state is LevelState.SHIFTED:
                return day
        return 0


def trained(family: str, seed: int) -> tuple[LoadedModel, dict[str, tuple[int, int]], Sample]:
    """Train on invented people; return the model, its coverage by group, and its answers to the training rows."""
    claims = SyntheticClaims(DEFAULT, seed=seed).read()
    # two folds, because nobody looks at cross-validation here; residuals have five of their own
    trainer, recipe, plan = SklearnTrainer(SystemClock()), Recipe(family=family), FoldPlan(n_splits=2, n_repeats=1)
    test = trainer.test(recipe, claims, plan)
    with tempfile.TemporaryDirectory() as folder:
        made = trainer.fit(recipe, claims, plan, Provenance(metric="crps"), test=test, into=Path(folder))
        model = ModelReference(1, made.digest)
        loader = SklearnLoader()
        loaded, learnt_from = loader.load(model, made.folder), loader.reference(model, made.folder)
    return loaded, covered_when_made(made.card), replace(learnt_from, more={"expected": learnt_from.more["expected"]})


def _table(facts: Floats) -> memoryview[float]:
    return cast("memoryview[float]", np.ascontiguousarray(facts, dtype=np.float64).data)


def worlds(family: str, seed: int, facts: Floats, costs: Floats) -> Iterator[tuple[str, World, Floats | None]]:
    """Train a champion, and yield the worlds after each kind of change, with the chance of each person to ask."""
    model, before, learnt_from = trained(family, seed)
    older = facts.copy()
    older[:, AGE] += 5
    answers: Any = asyncio.run(model.publish_columns(_table(older))).money.tolist()
    twice = np.where(facts[:, SMOKER] == 1, 0.4 / 0.2, 0.6 / 0.8)
    now = World.of(model, before, learnt_from, facts, costs)
    yield "nothing", now, None
    # the costs of older people are not known within a month: outcomes stay as they were
    yield "ages + 5 years", replace(now, facts=older, expected=np.array(answers[0])), None
    yield "smokers doubled", now, twice / twice.sum()
    yield "costs + 15 %", World.of(model, before, learnt_from, facts, costs * 1.15), None


def simulate(
    family: str, *, trainings: int, months: int, large: int, pool: int = POOL
) -> tuple[Counter[tuple[str, int]], dict[str, Counter[str]]]:
    """Count months with an alarm, by kind of change and number of predictions; and the alarms.

    Args:
        family: the family of the champions.
        trainings: champions.
        months: the months of `SMALL`, for each.
        large: months of `LARGE`, for each.
        pool: number of people from whom months are drawn.
    """
    claims = SyntheticClaims(DEFAULT, rows=pool, seed=1_000_001).read()
    facts, costs = np.asarray(claims.facts, dtype=np.float64), np.asarray(claims.charges, dtype=np.float64)
    alarmed: Counter[tuple[str, int]] = Counter()
    first: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(trainings):
        draw = np.random.default_rng([seed, 42])
        for name, world, chances in worlds(family, seed, facts, costs):
            for size, many in ((SMALL, months), (LARGE, large)):
                for _ in range(many):
                    alarms = world.alarms(draw.choice(len(facts), size, p=chances))
                    alarmed[name, size] += bool(alarms)
                    first[name].update(alarms)
    return alarmed, first


def years(family: str, *, trainings: int, each: int, days: int = 360) -> dict[float, list[int]]:
    """Judge the level of costs each day of a year, and return the first days of alarms, or 0, by change of costs.

    Args:
        family: the family of the champions.
        trainings: champions.
        each: years of each champion, in which `A_DAY` outcomes come in a day.
        days: the days of a year.
    """
    claims = SyntheticClaims(DEFAULT, rows=POOL, seed=1_000_001).read()
    facts, costs = np.asarray(claims.facts, dtype=np.float64), np.asarray(claims.charges, dtype=np.float64)
    first_days: dict[float, list[int]] = defaultdict(list)
    for seed in range(trainings):
        draw = np.random.default_rng([seed, 43])
        model, before, learnt_from = trained(family, seed)
        for change in CHANGES:
            world = World.of(model, before, learnt_from, facts, costs * change)
            for _ in range(each):
                first_days[change].append(world.level_alarm(draw.choice(len(facts), A_DAY * days), days))
    return first_days


def main(family: str) -> None:
    """Print the table."""
    for change, first in years(family, trainings=TRAININGS, each=10).items():
        days = sorted(day for day in first if day)
        when = f", half of them by day {days[len(days) // 2]}" if days else ""
        print(f"{family}, costs x {change}: {len(days)} of {len(first)} years with an alarm of the level{when}")
    each = MONTHS // TRAININGS
    alarmed, first = simulate(family, trainings=TRAININGS, months=each, large=each)
    print(f"| {family}: what happened | {SMALL} predictions | {LARGE:,} predictions | most often |")
    print("|---|---|---|---|")
    for name, kinds in first.items():
        often = ", ".join(f"`{kind}`" for kind, _ in kinds.most_common(3))
        print(f"| {name} | {alarmed[name, SMALL]} of {MONTHS} | {alarmed[name, LARGE]} of {MONTHS} | {often} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", default="interaction_lad")
    main(parser.parse_args().family)
