"""The quality of answers on real costs: the RAND experiment, three generators, and the public insurance data.

    python -m benchmarks.real_costs                  all of it, as tables for docs/trust.md
    python -m benchmarks.real_costs rand --facts A   one part, one set of facts
    python -m benchmarks.real_costs few              300 rows, beside a quantile forest and conformal quantile boosting
    python -m benchmarks.real_costs public --data insurance.csv

Each model is the application's own: a family's point, the distribution around it, chosen and fitted on the rows that it
learns from. Folds keep a person together. Figures are ratios to the distribution of all costs, or to a generator's own.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.arrow.claims_file import ClaimsFile
from adapters.sklearn.actuarial import predictive_ratios
from adapters.sklearn.fitting import fit_model
from adapters.sklearn.folds import folds
from adapters.sklearn.grouping import reported_groups
from adapters.sklearn.scoring import crps
from adapters.sklearn.table import Table
from adapters.yaml.schema_file import read_schema
from benchmarks.generators import GENERATORS, SCHEMA, Generated
from benchmarks.rand_facts import SETS, rand_table
from benchmarks.rivals import RIVALS
from domain.costs.distribution import QUANTILE_LEVELS
from domain.models.model import Recipe
from domain.people.table_reading import ReadingRules

Floats = NDArray[np.float64]

LEVELS: Final = np.array(QUANTILE_LEVELS)
LOW, HIGH = 4, 94
_FAMILIES: Final = ("interaction_tweedie", "boosting_poisson", "interaction_ols", "boosting_absolute")


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of models for people whom they had not seen, n rows."""

    charges: Floats
    people: NDArray[np.uint64]
    answers: Floats
    everybody: Floats

    @property
    def quantiles(self) -> Floats:
        return self.answers[:, 1:-1]

    @property
    def inside(self) -> NDArray[np.bool_]:
        return (self.charges >= self.quantiles[:, LOW]) & (self.charges <= self.quantiles[:, HIGH])


def out_of_fold(table: Table, family: str, *, seed: int = 0, splits: int = 5) -> Answered:
    """Answer for each row by a model that saw no row of that person."""
    answers, everybody = np.empty((len(table), 101)), np.empty((len(table), len(LEVELS)))
    for train, held in folds(table, n_splits=splits, n_repeats=1, seed=seed):
        model = fit_model(Recipe(family=family), table[train], seed=seed)
        print("   ", family, model.distribution.note, flush=True)
        answers[held] = model.predict_arrays(table.rows[held])[0]
        everybody[held] = np.quantile(table.charges[train], LEVELS)
    return Answered(table.charges, table.people, answers, everybody)


def interval_scores(charges: Floats, quantiles: Floats) -> Floats:
    """Return the interval score of the 90 % range of each row."""
    low, high = quantiles[:, LOW], quantiles[:, HIGH]
    return high - low + 20 * (np.maximum(low - charges, 0) + np.maximum(charges - high, 0))


def parts(by: Floats, count: int) -> NDArray[np.intp]:
    """Return the number of each row's share of equal size, the least first."""
    return np.argsort(np.argsort(by, kind="stable"), kind="stable") * count // len(by)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Expected over observed cost of some people, with its 95 % interval by bootstrap-t over people."""

    name: str
    people: int
    ratio: float
    low: float
    high: float

    @property
    def is_off(self) -> bool:
        """Return whether the ratio is outside of .90-1.10, and its interval does not hold 1."""
        return not 0.9 <= self.ratio <= 1.1 and not self.low <= 1 <= self.high


def ratios_of(table: Table, done: Answered) -> list[Ratio]:
    """Return the ratio of everybody, of each tenth of the expected cost from the lowest, and of each declared group."""
    tenth = parts(done.answers[:, 0], 10)
    members = {
        "everybody": np.ones(len(table), dtype=np.bool_),
        **{f"decile {part + 1}": tenth == part for part in range(10)},
        **dict(reported_groups(table.schema, table.rows)),
    }
    portioned = np.array([*members.values()], dtype=np.float64)
    ratios = predictive_ratios(done.answers[:, 0], done.charges, portioned, done.people)
    return [
        Ratio(
            name, len(np.unique(done.people[mask])), ratio.ratio or math.nan, ratio.low or 0.0, ratio.high or math.inf
        )
        for (name, mask), ratio in zip(members.items(), ratios, strict=True)
    ]


def on_rand(sets: str, families: tuple[str, ...], seed: int) -> Iterator[str]:
    """Yield a row for each set of facts and family, and a table of its expected over observed costs after it."""
    for facts in sets:
        table = rand_table(facts)
        for family in families:
            done = out_of_fold(table, family, seed=seed)
            ratios = ratios_of(table, done)
            yield from _rand_row(facts, family, done, [ratio.name for ratio in ratios if ratio.is_off])
            yield ""
            yield f"| {facts}, {family} | people | expected / observed | 95 % interval | |"
            yield "|---|---|---|---|---|"
            for ratio in ratios:
                off = "off" if ratio.is_off else ""
                ends = f"{ratio.low:.3f} to {ratio.high:.3f}"
                yield f"| {ratio.name} | {ratio.people:,} | {ratio.ratio:.3f} | {ends} | {off} |"
            yield ""


def _rand_row(facts: str, family: str, done: Answered, off: list[str]) -> Iterator[str]:
    loss = crps(done.charges, done.quantiles).mean()
    gain = 1 - loss / crps(done.charges, done.everybody).mean()
    fifth = parts(done.answers[:, 0], 5)
    covered = [done.inside[fifth == part].mean() for part in range(5)]
    zero = done.answers[:, -1] - (done.charges <= 0)
    astray = [zero[fifth == part].mean() for part in range(5)]
    yield "| facts | family | CRPS gain | coverage by fifth | chance of no cost off, by fifth | ratios that are off |"
    yield "|---|---|---|---|---|---|"
    yield (
        f"| {facts} | {family} | {gain:.2%} | {' '.join(f'{coverage:.3f}' for coverage in covered)} "
        f"| {' '.join(f'{difference:+.3f}' for difference in astray)} | {', '.join(off) or 'none'} |"
    )


def on_generators(families: tuple[str, ...], rows: int, seed: int) -> Iterator[str]:
    """Yield a row for each generator and the family with the least CRPS out of fold."""
    yield "| generator | rows | family | shape | CRPS | interval score | least coverage of a cell | Brier score |"
    yield "|---|---|---|---|---|---|---|---|"
    schema = read_schema(SCHEMA)
    for name, generator in GENERATORS.items():
        learnt, held = generator(rows, seed), generator(20_000, seed + 1)
        table = Table(schema, learnt.rows, learnt.charges)
        models = {family: fit_model(Recipe(family=family), table, seed=seed) for family in families}
        best = min(models, key=lambda family: measured(table, family, seed))
        answers = models[best].predict_arrays(held.rows)[0]
        yield f"| {name} | {rows:,} | {best} | {models[best].distribution.name} | {beside(held, answers)} |"


def measured(table: Table, family: str, seed: int) -> float:
    """Return the CRPS of a family on a fifth of the rows that it did not learn from."""
    train, held = folds(table, n_splits=5, n_repeats=1, seed=seed)[0]
    model = fit_model(Recipe(family=family), table[train], seed=seed)
    return float(crps(table.charges[held], model.predict_arrays(table.rows[held])[0][:, 1:-1]).mean())


def beside(held: Generated, answers: Floats) -> str:
    """Return figures beside those of the generator's own distribution."""
    quantiles = answers[:, 1:-1]
    loss = crps(held.charges, quantiles).mean() / crps(held.charges, held.quantiles).mean()
    score = interval_scores(held.charges, quantiles).mean() / interval_scores(held.charges, held.quantiles).mean()

    def inside(of: Floats) -> NDArray[np.bool_]:
        return (held.charges >= of[:, LOW]) & (held.charges <= of[:, HIGH])

    ours, theirs = inside(quantiles), inside(held.quantiles)
    short = min(ours[held.cells == cell].mean() - theirs[held.cells == cell].mean() for cell in np.unique(held.cells))
    zero = held.charges <= 0
    brier = "" if not zero.any() else f"{np.mean((answers[:, -1] - zero) ** 2) / np.mean((held.zero - zero) ** 2):.3f}"
    return f"{loss:.4f} | {score:.4f} | {short:+.3f} | {brier}"


def on_few_rows(rows: int, draws: int, family: str) -> Iterator[str]:
    """Yield a row for each generator: scores of ours and of its rivals on the same rows, means over some draws."""
    names = (family, *RIVALS)
    yield f"| generator | rows | {' | '.join(f'{name}: CRPS, interval score, coverage' for name in names)} |"
    yield f"|---|---|{'---|' * len(names)}"
    schema = read_schema(SCHEMA)
    for name, generator in GENERATORS.items():
        figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
        for seed in range(draws):
            learnt, held = generator(rows, seed), generator(5_000, 1_000 + seed)
            model = fit_model(Recipe(family=family), Table(schema, learnt.rows, learnt.charges), seed=seed)
            figures[family].append(few_figures(held, model.predict_arrays(held.rows)[0][:, 1:-1]))
            for rival, answer in RIVALS.items():
                figures[rival].append(few_figures(held, answer(learnt.rows, learnt.charges, held.rows, seed)))
        means = (np.mean(some, axis=0).tolist() for some in figures.values())
        cells = (f"{loss:.3f}, {score:.3f}, {inside:.3f}" for loss, score, inside in means)
        yield f"| {name} | {rows} | {' | '.join(cells)} |"


def few_figures(held: Generated, quantiles: Floats) -> tuple[float, float, float]:
    """Return CRPS and interval score over those of the generator's own distribution, and coverage of the 90 % range."""
    loss = crps(held.charges, quantiles).mean() / crps(held.charges, held.quantiles).mean()
    score = interval_scores(held.charges, quantiles).mean() / interval_scores(held.charges, held.quantiles).mean()
    inside = (held.charges >= quantiles[:, LOW]) & (held.charges <= quantiles[:, HIGH])
    return float(loss), float(score), float(inside.mean())


def on_public(data: Path, repeats: int) -> Iterator[str]:
    """Yield the figures of the default champion's family on the public insurance data."""
    table = Table.of(ClaimsFile(data, ReadingRules(read_schema(SCHEMA))).read())
    losses, scores, covered = [], [], []
    for train, held in folds(table, n_splits=5, n_repeats=repeats, seed=0):
        model = fit_model(Recipe(family="interaction_lad"), table[train], seed=0)
        quantiles = model.predict_arrays(table.rows[held])[0][:, 1:-1]
        charges = table.charges[held]
        losses.append(crps(charges, quantiles).mean())
        scores.append(interval_scores(charges, quantiles).mean())
        covered.append(np.mean((charges >= quantiles[:, LOW]) & (charges <= quantiles[:, HIGH])))
    yield "| splits | CRPS | interval score | coverage |"
    yield "|---|---|---|---|"
    yield f"| {5 * repeats} | {np.mean(losses):,.0f} | {np.mean(scores):,.0f} | {np.mean(covered):.3f} |"


def main() -> None:
    """Print tables for docs/trust.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("rand", "generators", "few", "public", "all"), default="all")
    parser.add_argument("--facts", default="ABC", help=f"sets of facts of RAND: {', '.join(SETS)}")
    parser.add_argument("--family", action="append", help="families to measure; several times for several")
    parser.add_argument("--rows", type=int, action="append", help="rows to learn from, of generators")
    parser.add_argument("--data", type=Path, help="the public insurance data as a CSV file")
    parser.add_argument("--repeats", type=int, default=8, help="times that five folds of the public data are drawn")
    parser.add_argument("--draws", type=int, default=4, help="times that few rows are drawn")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    families = tuple(given.family or _FAMILIES)
    ways: dict[str, Callable[[], Iterator[str]]] = {
        "rand": lambda: on_rand(given.facts, families, given.seed),
        "generators": lambda: (
            row for rows in given.rows or (5_000, 300) for row in on_generators(families, rows, given.seed)
        ),
        "few": lambda: on_few_rows(300, given.draws, "interaction_gamma"),
        "public": lambda: on_public(given.data, given.repeats) if given.data else iter(()),
    }
    for name, way in ways.items():
        if given.what in (name, "all"):
            print(f"\n{name}\n")
            for row in way():
                print(row, flush=True)


if __name__ == "__main__":
    main()
