"""The coverage of the 90 % range of a group's total, on generators and on held-out rows of real data.

    python -m benchmarks.groups                                    1,000 groups of each generator, as a table
    python -m benchmarks.groups generators --name shock --seed 3   another model of one of them
    python -m benchmarks.groups public --data insurance.csv        groups of people whom the model did not see

A model learns from 5,000 rows; then groups of 50 to 400 people are drawn by the same generator, and each is quoted as
`POST /groups/quote` does. Beside it stands the range of people whose costs are independent and whose model is perfect.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.arrow.claims_file import ClaimsFile
from adapters.numpy.simulator import NumpySimulator
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.folds import folds
from adapters.sklearn.table import Table
from adapters.yaml.schema_file import read_schema
from benchmarks.generators import GENERATORS, SCHEMA
from domain.costs.distribution import CostDistribution
from domain.costs.group import GroupTerms
from domain.models.model import Recipe
from domain.people.table_reading import ReadingRules

Floats = NDArray[np.float64]
SMALLEST: Final = 50
LARGEST: Final = 400
PEOPLE: Final = 20_000
"""The number of people from whom groups are drawn: drawing new ones for each place would take most of the time."""
_YEARS: Final = 128
"""The years of a batch: a fifth of those of a quote, which is enough where a thousand groups are quoted."""
_SIMULATOR: Final = NumpySimulator(group_years=_YEARS)
_TERMS: Final = GroupTerms()


@dataclass(slots=True)
class Held:
    """The coverage of ranges of totals.

    Args:
        wide: with the error of the model.
        narrow: with independence alone.
        widths: the width of the first over that of the second.
        ratios: expected over observed.
    """

    wide: list[bool] = field(default_factory=list)
    narrow: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, answers: Floats, charges: Floats, learned_from: int) -> None:
        """Quote a group, answers n x 101, and compare the quote with its cost."""
        costs = distributions(answers)
        error = _SIMULATOR.level_error(costs, learned_from)
        wide, narrow = _SIMULATOR.total(costs, _TERMS, error), _SIMULATOR.total(costs, _TERMS, 0.0)
        total = float(charges.sum())
        self.wide.append(wide.low <= total <= wide.high)
        self.narrow.append(narrow.low <= total <= narrow.high)
        self.widths.append((wide.high - wide.low) / (narrow.high - narrow.low))
        self.ratios.append(sum(wide.means) / total)

    @property
    def row(self) -> str:
        """Return cells of a table."""
        figures = np.mean(self.wide), np.mean(self.narrow), np.mean(self.widths), np.mean(self.ratios)
        return "{} | {:.3f} | {:.3f} | {:.3f} | {:.3f}".format(len(self.wide), *figures)


def distributions(answers: Floats) -> list[CostDistribution]:
    """Return each row's distribution."""
    return [CostDistribution(row[0], tuple(row[1:-1]), row[-1]) for row in answers.tolist()]


def on_generator(name: str, family: str, *, rows: int, groups: int, seed: int) -> Held:
    """Learn from rows of a generator, and quote groups that it draws."""
    generator, random = GENERATORS[name], np.random.default_rng(seed)
    learned = generator(rows, seed)
    model = fit_model(Recipe(family=family), Table(read_schema(SCHEMA), learned.rows, learned.charges), seed=seed)
    held = Held()
    sizes = random.integers(SMALLEST, LARGEST + 1, groups)
    people = generator(PEOPLE, seed + 1_000_000)
    for size in sizes:
        part = random.choice(PEOPLE, size, replace=False)
        held.add(model.predict_arrays(people.rows[part])[0], people.charges[part], rows)
    return held


def on_generators(names: Sequence[str], family: str, rows: int, groups: int, seeds: Sequence[int]) -> Iterator[str]:
    """Yield a row for each generator and model."""
    yield "| generator | seed | groups | range holds | independence alone | wider by | expected / observed |"
    yield "|---|---|---|---|---|---|---|"
    for name in names:
        for seed in seeds:
            yield f"| {name} | {seed} | {on_generator(name, family, rows=rows, groups=groups, seed=seed).row} |"


def on_public(data: Path, family: str, groups: int, seed: int) -> Iterator[str]:
    """Yield the figures of groups of the public insurance data, drawn from rows that the model did not see."""
    table = Table.of(ClaimsFile(data, ReadingRules(read_schema(SCHEMA))).read())
    held, random = Held(), np.random.default_rng(seed)
    for train, other in folds(table, n_splits=2, n_repeats=5, seed=seed):
        model = fit_model(Recipe(family=family), table[train], seed=seed)
        answers = model.predict_arrays(table.rows[other])[0]
        for size in random.integers(SMALLEST, LARGEST + 1, groups // 10):
            drawn = random.choice(len(other), size, replace=False)
            held.add(answers[drawn], table.charges[other][drawn], len(train))
    yield "| groups | range holds | independence alone | wider by | expected / observed |"
    yield "|---|---|---|---|---|"
    yield f"| {held.row} |"


def main() -> None:
    """Print tables for docs/plans.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("generators", "public"), default="generators")
    parser.add_argument(
        "--name", action="append", choices=list(GENERATORS), help="of generators; several times for several"
    )
    parser.add_argument("--family", default="", help="boosting_poisson for generators, interaction_lad for public data")
    parser.add_argument("--rows", type=int, default=5_000, help="rows that the model learns from")
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--data", type=Path, help="the public insurance data as a CSV file")
    given = parser.parse_args()
    seeds = given.seed or [0]
    if given.what == "public":
        lines = on_public(given.data, given.family or "interaction_lad", given.groups, seeds[0])
    else:
        names = given.name or list(GENERATORS)
        lines = on_generators(names, given.family or "boosting_poisson", given.rows, given.groups, seeds)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
