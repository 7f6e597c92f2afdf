"""The figures for the gate: the paired comparison of challenger and champion, coverage, latency and size."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import t as student
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn import weighting, work
from adapters.sklearn.distribution import LEVELS
from adapters.sklearn.folds import held_rows, planned_folds
from adapters.sklearn.scoring import ANSWER_WIDTH, crps, r2, scores
from adapters.sklearn.storage import LearntFrom, read
from adapters.sklearn.table import Table
from domain.models.promotion import FEWEST_OF_GROUP, Candidacy, PairedComparison
from domain.models.shadow import FEWEST_OUTCOMES, Replay

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.model import CostModel
    from domain.models.model import FoldPlan, Recipe, TrainedModel
    from domain.models.scores import Scores
    from domain.ports.executor import Executor

    Floats = NDArray[np.float64]
    Splits = list[tuple[NDArray[np.intp], NDArray[np.intp]]]

_ENOUGH: Final = 200
_LEAF: Final = 5
_CONFIDENCE: Final = 0.95


def candidacy(
    challenger: TrainedModel,
    champion: tuple[int, TrainedModel] | None,
    table: Table,
    plan: FoldPlan,
    executor: Executor,
    outcomes: Table | None = None,
) -> Candidacy:
    """Measure the figures for the gate on the rows at hand.

    The challenger answers as it is on rows that it never saw, if there are at least 200 of them; else its recipe
    is refitted on folds and answers out of fold. The champion answers as it is on rows that it never saw, if there are
    at least 200; else its recipe is refitted on the same folds. The distribution of all costs answers from those folds.
    Outcomes that neither model learnt from, if there are at least 200, join the rows that the champion never saw.
    """
    model, learnt_from = read(challenger.folder, challenger.digest)
    splits = planned_folds(table, plan)
    refit = partial(_refitted, table=table, plan=plan, executor=executor)
    rows = np.flatnonzero(learnt_from.surely_not(table))
    if table[rows].distinct_people >= _ENOUGH:
        mine = np.full((1, len(table), ANSWER_WIDTH), np.nan)
        mine[0, rows] = model.predict_arrays(table.rows[rows])[0]
    else:
        rows = held_rows(splits)
        mine = refit(challenger.card.recipe)
    unconditional = _unconditional(mine, rows, table, splits, plan)
    comparison = unconditional
    if champion:
        came_in = _not_in(outcomes or table[rows[:0]], LearntFrom.of(table), learnt_from)
        comparison = _on_unseen_rows(
            champion, table[rows], mine[0, rows], came_in, model
        ) or _over_folds(
            "identical_folds", champion[0], mine, refit(champion[1].card.recipe), table,
            splits, rows,
        )  # fmt: skip
    measured = scores(table[rows], mine[0, rows])
    frozen = scores(table, model.predict_arrays(table.rows)[0], intervals=False)
    covered = _by_group(measured)
    # rows that a model learnt from are covered no worse than new ones, unless the folder is not what its recipe makes
    fact, alone = _strongest_fact(table, splits[: plan.n_splits])
    as_it_is = {group: min(share, _by_group(frozen).get(group, share)) for group, share in covered.items()}
    return Candidacy(
        comparison=comparison,
        coverage=min(measured.interval.coverage, frozen.interval.coverage),
        group_coverage=as_it_is,
        milliseconds=_milliseconds(model, table.rows),
        megabytes=_megabytes(challenger.folder),
        strongest_fact=fact,
        strongest_fact_r2=alone,
        unconditional=unconditional if champion else None,
        measured=measured,
        repeated=people_on_both_sides(table, splits),
    )


def people_on_both_sides(table: Table, splits: Splits) -> int:
    """Count the people who are among both the training rows and the held-out rows of a split."""
    overlaps = [np.intersect1d(table.people[train], table.people[held]) for train, held in splits]
    return len(np.unique(np.concatenate(overlaps)))


def _unconditional(
    mine: Floats, rows: NDArray[np.intp], table: Table, splits: Splits, plan: FoldPlan
) -> PairedComparison:
    theirs = np.empty((plan.n_repeats, len(table), ANSWER_WIDTH))
    for number, (train, held) in enumerate(splits):
        theirs[number // plan.n_splits, held] = _everybody(table[train])
    return _over_folds("unconditional", None, mine, theirs, table, splits, rows)


def replay(challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Table) -> Replay | None:
    """Score both as they are on rows that neither learnt from; None if there are fewer than two."""
    number, trained = champion
    (mine, mine_from), (theirs, theirs_from) = (read(model.folder, model.digest) for model in (challenger, trained))
    rows = _not_in(outcomes, mine_from, theirs_from)
    if len(rows) < FEWEST_OUTCOMES:
        return None
    both_answers = [model.predict_arrays(rows.rows)[0] for model in (mine, theirs)]
    comparison = _as_they_are(number, rows, *both_answers, outcomes=len(rows))
    return Replay(comparison, *(scores(rows, figures) for figures in both_answers))


def _not_in(table: Table, *learned_from: LearntFrom) -> Table:
    """Leave out rows of people whom a model learned from, and repetitions: a person with two requests counts once."""
    once = table.collapsed()
    once = replace(once, weights=np.ones(len(once)), counts=np.ones(len(once), np.int64))
    return once[np.logical_and.reduce([model.surely_not(once) for model in learned_from])]


def _on_unseen_rows(
    champion: tuple[int, TrainedModel], table: Table, mine: Floats, outcomes: Table, challenger: CostModel
) -> PairedComparison | None:
    """Compare on rows that the champion never saw, where it answers as it is; None if there are too few of them.

    Args:
        champion: the champion with its version number.
        table: the rows at hand.
        mine: the challenger's answers for them, which it did not learn from.
        outcomes: further rows, which the challenger did not learn from.
        challenger: answers for those outcomes.
    """
    number, trained = champion
    model, learnt_from = read(trained.folder, trained.digest)
    new = learnt_from.surely_not(table)
    rows, answers, more = table[new], mine[new], _not_in(outcomes, learnt_from)
    enough = more.distinct_people >= _ENOUGH
    if enough:
        rows = Table.joined([rows, more])
        answers = np.concatenate([answers, challenger.predict_arrays(more.rows)[0]])
    if rows.distinct_people < _ENOUGH:
        return None
    champion_answers, _ = model.predict_arrays(rows.rows)
    return _as_they_are(number, rows, answers, champion_answers, outcomes=len(more) if enough else 0)


def _as_they_are(rival: int, table: Table, mine: Floats, theirs: Floats, *, outcomes: int) -> PairedComparison:
    """Compare the answers of two models, which had not seen these people, person by person."""
    ours, rivals = crps(table.charges, mine[:, 1:-1]), crps(table.charges, theirs[:, 1:-1])
    return _paired(
        "unseen_rows",
        rival,
        len(table),
        (weighting.mean(ours, table.weights), weighting.mean(rivals, table.weights)),
        standard_error=weighting.standard_error(ours - rivals, table.weights, table.people),
        freedom=table.distinct_people - 1,
        outcomes=outcomes,
    )


def _over_folds(
    method: str, rival: int | None, mine: Floats, theirs: Floats, table: Table, splits: Splits, rows: NDArray[np.intp]
) -> PairedComparison:
    """Compare fold by fold; training sets overlap, so the variance is corrected (Nadeau and Bengio 2003, eq. 9)."""
    ours, rivals, ratios = [], [], []
    per_repeat = len(splits) // len(theirs)
    for number, (train, fold) in enumerate(splits):
        held = np.intersect1d(fold, rows)
        if not len(held):
            continue
        repeat = number // per_repeat
        charges, weights = table.charges[held], table.weights[held]
        ours.append(weighting.mean(crps(charges, mine[min(repeat, len(mine) - 1), held, 1:-1]), weights))
        rivals.append(weighting.mean(crps(charges, theirs[repeat, held, 1:-1]), weights))
        ratios.append(len(fold) / len(train))
    differences = np.array(ours) - np.array(rivals)
    count = len(differences)
    variance = float(differences.var(ddof=1)) * (1 / count + float(np.mean(ratios)))
    return _paired(
        method,
        rival,
        len(rows),
        (float(np.mean(ours)), float(np.mean(rivals))),
        standard_error=float(np.sqrt(variance)),
        freedom=count - 1,
    )


def _paired(
    method: str, rival: int | None, rows: int, losses: tuple[float, float], *, standard_error: float, freedom: float,
    outcomes: int = 0,
) -> PairedComparison:  # fmt: skip
    mine, theirs = losses
    difference = mine - theirs
    return PairedComparison(
        method=method,
        rival=rival,
        rows=rows,
        challenger_loss=mine,
        rival_loss=theirs,
        difference=difference,
        standard_error=standard_error,
        degrees_of_freedom=freedom,
        upper_bound=difference + float(student.ppf(_CONFIDENCE, freedom)) * standard_error,
        outcomes=outcomes,
    )


def _refitted(recipe: Recipe, table: Table, plan: FoldPlan, executor: Executor) -> Floats:
    """Answer out of fold by a recipe: repeats x n x 101."""
    answers = np.empty((plan.n_repeats, len(table), ANSWER_WIDTH))
    pieces = [(work.fold, recipe, "all", number) for number in range(plan.n_splits * plan.n_repeats)]
    for number, fold in enumerate(executor.map(work.do, pieces, table, plan)):
        answers[number // plan.n_splits, fold.held] = fold.answers
    return answers


def _everybody(table: Table) -> Floats:
    """Return the answer for everybody: the mean and the quantiles of all charges, and the share of zero charges."""
    charges, weights = table.charges, table.weights
    mean, zero = weighting.mean(charges, weights), weighting.mean(charges <= 0, weights)
    return np.concatenate([[mean], weighting.quantiles(charges, LEVELS, weights), [zero]])


def _strongest_fact(table: Table, splits: Splits) -> tuple[str, float]:
    """Return the fact that predicts costs best on its own, by a tree out of fold, and its R²."""
    tree = DecisionTreeRegressor(min_samples_leaf=_LEAF, random_state=0)
    rows = held_rows(splits)
    alone = []
    for column in range(table.schema.width):
        answers = np.zeros(len(table))
        for train, held in splits:
            tree.fit(table.rows[train][:, [column]], table.charges[train], table.weights[train])
            answers[held] = tree.predict(table.rows[held][:, [column]])
        alone.append(r2(table.charges[rows], (answers - table.charges)[rows], table.weights[rows]))
    best = int(np.argmax(alone))
    return table.schema.names[best], alone[best]


def _by_group(measured: Scores) -> dict[str, float]:
    return {group.group: group.coverage for group in measured.groups if (group.people or group.rows) >= FEWEST_OF_GROUP}


def _milliseconds(model: CostModel, rows: Floats) -> float:
    """Measure the median time of answering one row, after a first call that is not measured."""
    seconds = []
    for row in np.resize(np.arange(len(rows)), 51):
        begun = time.perf_counter()
        model.predict_arrays(rows[row : row + 1])
        seconds.append(time.perf_counter() - begun)
    return median(seconds[1:]) * 1000


def _megabytes(folder: Path) -> float:
    return sum(entry.stat().st_size for entry in folder.iterdir()) / 1e6
