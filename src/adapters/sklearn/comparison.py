"""What the gate asks: challenger against champion on the same rows, paired; coverage, latency and size."""

from __future__ import annotations

import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import t as student
from sklearn.model_selection import cross_val_predict
from sklearn.tree import DecisionTreeRegressor

from adapters.sklearn import work
from adapters.sklearn.distribution import LEVELS
from adapters.sklearn.folds import folds
from adapters.sklearn.scoring import crps, r2, scores
from adapters.sklearn.storage import digests_of, read
from domain.beneficiary import FACTS
from domain.promotion import Candidacy, PairedComparison

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.fitting import Table
    from adapters.sklearn.model import CostModel
    from domain.model import FoldPlan, Recipe, TrainedModel
    from domain.ports.executor import Executor
    from domain.scores import Scores

    Floats = NDArray[np.float64]
    Splits = list[tuple[NDArray[np.intp], NDArray[np.intp]]]

_ENOUGH: Final = 200
_GROUP: Final = 50
_LEAF: Final = 5
_CONFIDENCE: Final = 0.95


def candidacy(
    challenger: TrainedModel,
    champion: tuple[int, TrainedModel] | None,
    table: Table,
    plan: FoldPlan,
    executor: Executor,
) -> Candidacy:
    """Measure everything that the gate looks at, on the rows at hand.

    The challenger answers as it is on rows that it never saw, if there are at least 200 of them; else its recipe
    is refitted on folds and answers out of fold. The champion answers as it is on rows that it never saw, if there are
    at least 200; else its recipe is refitted on the same folds. The distribution of all costs answers from those folds.
    """
    model, learnt_from = read(challenger.folder, challenger.digest)
    digests = digests_of(table)
    splits = folds(table.charges, n_splits=plan.n_splits, n_repeats=plan.n_repeats, seed=plan.seed)
    refit = partial(_refitted, table=table, plan=plan, executor=executor)
    new = learnt_from.surely_not(digests)
    if new.sum() >= _ENOUGH:
        rows = np.flatnonzero(new)
        mine = np.full((1, len(table), 100), np.nan)
        mine[0, rows] = model.predict_arrays(table.rows[rows])[0]
    else:
        rows = np.arange(len(table))
        mine = refit(challenger.card.recipe)
    unconditional = _unconditional(mine, rows, table, splits, plan)
    comparison = _compare(mine, rows, champion, table, splits, refit, digests) if champion else unconditional
    measured = scores(table.rows[rows], table.charges[rows], mine[0, rows])
    frozen = scores(table.rows, table.charges, model.predict_arrays(table.rows)[0])
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
    )


def _unconditional(
    mine: Floats, rows: NDArray[np.intp], table: Table, splits: Splits, plan: FoldPlan
) -> PairedComparison:
    theirs = np.empty((plan.n_repeats, len(table), 100))
    for number, (known, held) in enumerate(splits):
        theirs[number // plan.n_splits, held] = _everybody(table.charges[known])
    return _over_folds("unconditional", None, mine, theirs, table, splits, rows)


def _compare(
    mine: Floats,
    rows: NDArray[np.intp],
    champion: tuple[int, TrainedModel],
    table: Table,
    splits: Splits,
    refit: Callable[[Recipe], Floats],
    digests: NDArray[np.uint64],
) -> PairedComparison:
    number, trained = champion
    old, learnt_from = read(trained.folder, trained.digest)
    unseen = rows[learnt_from.surely_not(digests[rows])]
    if len(unseen) >= _ENOUGH:
        said, _ = old.predict_arrays(table.rows[unseen])
        mine_there = crps(table.charges[unseen], mine[0, unseen, 1:])
        theirs_there = crps(table.charges[unseen], said[:, 1:])
        differences = mine_there - theirs_there
        return _paired(
            "unseen_rows",
            number,
            len(unseen),
            (float(mine_there.mean()), float(theirs_there.mean())),
            standard_error=float(differences.std(ddof=1) / np.sqrt(len(unseen))),
            freedom=len(unseen) - 1,
        )
    return _over_folds("identical_folds", number, mine, refit(trained.card.recipe), table, splits, rows)


def _over_folds(
    method: str, rival: int | None, mine: Floats, theirs: Floats, table: Table, splits: Splits, rows: NDArray[np.intp]
) -> PairedComparison:
    """Compare fold by fold; training sets overlap, so the variance is corrected (Nadeau and Bengio 2003, eq. 9)."""
    ours, rivals, ratios = [], [], []
    per_repeat = len(splits) // len(theirs)
    for number, (known, fold) in enumerate(splits):
        held = np.intersect1d(fold, rows)
        if not len(held):
            continue
        repeat = number // per_repeat
        ours.append(crps(table.charges[held], mine[min(repeat, len(mine) - 1), held, 1:]).mean())
        rivals.append(crps(table.charges[held], theirs[repeat, held, 1:]).mean())
        ratios.append(len(fold) / len(known))
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
    method: str, rival: int | None, rows: int, losses: tuple[float, float], *, standard_error: float, freedom: float
) -> PairedComparison:
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
    )


def _refitted(recipe: Recipe, table: Table, plan: FoldPlan, executor: Executor) -> Floats:
    """Answer out of fold by a recipe: repeats x n x 100."""
    answers = np.empty((plan.n_repeats, len(table), 100))
    pieces = [(work.fold, recipe, "all", number) for number in range(plan.n_splits * plan.n_repeats)]
    for number, one in enumerate(executor.map(work.do, pieces, table, plan)):
        answers[number // plan.n_splits, one.held] = one.answers
    return answers


def _everybody(charges: Floats) -> Floats:
    """Answer the same for everybody: the mean and the quantiles of all charges."""
    return np.concatenate([[charges.mean()], np.quantile(charges, LEVELS)])


def _strongest_fact(table: Table, splits: Splits) -> tuple[str, float]:
    """Find which fact foretells costs best on its own, by a tree out of fold, and its R²."""
    tree = DecisionTreeRegressor(min_samples_leaf=_LEAF, random_state=0)
    alone = [
        r2(table.charges, cross_val_predict(tree, table.rows[:, [column]], table.charges, cv=splits) - table.charges)
        for column in range(len(FACTS))
    ]
    best = int(np.argmax(alone))
    return FACTS[best], alone[best]


def _by_group(measured: Scores) -> dict[str, float]:
    return {group.group: group.coverage for group in measured.groups if group.rows >= _GROUP}


def _milliseconds(model: CostModel, rows: Floats) -> float:
    """Take the median time of answering one row, after the first call has warmed everything up."""
    seconds = []
    for row in np.resize(np.arange(len(rows)), 51):
        begun = time.perf_counter()
        model.predict_arrays(rows[row : row + 1])
        seconds.append(time.perf_counter() - begun)
    return median(seconds[1:]) * 1000


def _megabytes(folder: Path) -> float:
    return sum(entry.stat().st_size for entry in folder.iterdir()) / 1e6
