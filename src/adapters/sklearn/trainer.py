"""Cross-validation, the fit, and the figures for the gate."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.common.executor import LocalExecutor
from adapters.sklearn import work
from adapters.sklearn.card_notes import notes_on
from adapters.sklearn.comparison import candidacy, replay
from adapters.sklearn.curves import curves
from adapters.sklearn.families import family_named, family_of
from adapters.sklearn.fitting import one_thread
from adapters.sklearn.scoring import ANSWER_WIDTH, Published, scores
from adapters.sklearn.storage import LearntFrom, read, write
from adapters.sklearn.table import Table
from domain.models.evaluation import Evaluation, FoldScores, Metric, OutOfFold
from domain.models.model import MetricSummary, ModelCard, NotCompared
from domain.models.subject import Subject
from domain.monitoring.profile import Profile
from domain.people.claims import HIGHEST_ROW_DIGEST
from domain.ports.clock import Clock
from domain.ports.executor import Executor
from domain.ports.trainer import Measured, Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.cluster import Cluster
    from adapters.sklearn.model import CostModel
    from domain.models.actuarial_report import Curves
    from domain.models.model import FoldPlan, Provenance, Recipe, TrainedModel
    from domain.models.promotion import Candidacy
    from domain.models.scores import Scores
    from domain.models.shadow import Replay
    from domain.people.claims import Claims, Population

    Piece = tuple[Any, ...]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SklearnTrainer(Trainer):
    """Measures and trains models with scikit-learn; folds and fits are pieces of work for the executor."""

    clock: Clock
    executor: Executor = field(default_factory=LocalExecutor)
    cluster: Cluster | None = None

    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score the recipe on each fold, with residuals from the fold's training rows alone."""
        whole = Table.of(claims)
        with closing(self.executor.map(work.do, _train_folds(recipe, plan), whole, plan)) as done:
            return _evaluation(recipe, work.compared_rows(whole, plan), plan, done, on_fold)

    def test(self, recipe: Recipe, claims: Claims, plan: FoldPlan) -> Scores:
        """Score the test split, or the held-out rows of the first fold where there is none."""
        return work.test(recipe, Table.of(claims), plan)

    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Fit on all rows, by a cluster where the claims are a sample and it can do that, and write the folder."""
        if self.cluster and claims.population and family_of(recipe, claims.schema).distributed:
            done = self.cluster.fits(recipe, claims.population, Table.of(claims), plan)
            return self._written(recipe, claims, plan, provenance, test, into, done, everywhere=claims.population)
        with closing(self.executor.map(work.do, _fits(recipe, plan), Table.of(claims), plan)) as done:
            return self._written(recipe, claims, plan, provenance, test, into, done)

    def measure(
        self,
        recipes: Sequence[Recipe],
        claims: Claims,
        plan: FoldPlan,
        *,
        seconds: float | None,
        on_fold: Callable[[Recipe, FoldScores], None],
    ) -> Generator[Measured | NotCompared]:
        """Measure all recipes from one pool of pieces, so that no worker idles between recipes; first folds first.

        Workers begin at once.
        """
        whole = Table.of(claims)
        pieces = [_train_folds(recipe, plan) for recipe in recipes]
        begun = self.executor.map(work.do, [first for first, *_ in pieces], whole, plan)
        return self._measured(recipes, whole, plan, pieces, begun, seconds, on_fold)

    def _measured(
        self,
        recipes: Sequence[Recipe],
        whole: Table,
        plan: FoldPlan,
        pieces: Sequence[list[Piece]],
        begun: Generator[work.Fold],
        seconds: float | None,
        on_fold: Callable[[Recipe, FoldScores], None],
    ) -> Generator[Measured | NotCompared]:
        """Yield the results of `measure`; ``begun`` are the first folds of all recipes."""
        train = work.compared_rows(whole, plan)
        with closing(begun):
            firsts: list[work.Fold] = []
            for recipe, fold in zip(recipes, begun, strict=True):
                firsts.append(fold)
                on_fold(recipe, FoldScores.of(0, 0, fold.measured))
        # the test split takes as long as a fold
        needed = [
            (fold.fit_seconds + fold.predict_seconds) * (len(all_of_it) + 1)
            for fold, all_of_it in zip(firsts, pieces, strict=True)
        ]
        fast = [seconds is None or needed_seconds <= seconds for needed_seconds in needed]
        rest = [
            piece
            for recipe, (_, *others), is_fast in zip(recipes, pieces, fast, strict=True)
            if is_fast
            for piece in (*others, (work.compared_test, recipe))
        ]
        with closing(self.executor.map(work.do, rest, whole, plan)) as done:
            for recipe, first, takes, is_fast in zip(recipes, firsts, needed, fast, strict=True):
                if is_fast:
                    yield Measured(_evaluation(recipe, train, plan, done, partial(on_fold, recipe), first), next(done))
                else:
                    reason = f"it would take about {takes:,.0f} s, and training.family_seconds is {seconds:,.0f}"
                    yield NotCompared(recipe.name, reason)

    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score a model on claims."""
        table = Table.of(claims)
        return scores(table, self._answers(model, table))

    def report(
        self, model: TrainedModel, claims: Claims, rival: tuple[str, TrainedModel] | None = None
    ) -> tuple[Scores, Curves]:
        """Measure the figures of an actuary's report on a model."""
        table = Table.of(claims)
        answers = self._answers(model, table)
        other = (rival[0], self._answers(rival[1], table)) if rival else None
        return scores(table, answers), curves(table, answers, other)

    def compare(
        self,
        challenger: TrainedModel,
        champion: tuple[int, TrainedModel] | None,
        claims: Claims,
        plan: FoldPlan,
        outcomes: Claims | None = None,
    ) -> Candidacy:
        """Measure the figures for the gate on challenger and champion."""
        came_in = Table.of(outcomes) if outcomes else None
        with one_thread():
            return candidacy(challenger, champion, Table.of(claims), plan, self.executor, came_in)

    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both models on the outcomes."""
        with one_thread():
            return replay(challenger, champion, Table.of(outcomes)) if outcomes else None

    def _answers(self, model: TrainedModel, table: Table) -> Floats:
        inner, _ = read(model.folder, model.digest)
        with one_thread():
            return inner.predict_arrays(table.rows)[0]

    def _written(
        self,
        recipe: Recipe,
        claims: Claims,
        plan: FoldPlan,
        provenance: Provenance,
        test: Scores,
        into: Path,
        done: Iterator[Any],
        *,
        everywhere: Population | None = None,
    ) -> TrainedModel:
        """Write the folder of a recipe from the results of `_fits`; ``everywhere`` are all rows if they were fitted."""
        table = Table.of(claims)
        measured = _evaluation(recipe, table, replace(plan, n_repeats=1), done, _ignore, is_reported=True)
        fitted: tuple[CostModel, Scores] = next(done)
        model, served = fitted
        card = ModelCard(
            recipe=recipe,
            created_at=self.clock.now(),
            origin=claims.origin,
            data_digest=claims.digest,
            rows=everywhere.rows if everywhere else len(claims),
            people=None if everywhere else table.distinct_people,
            curves=measured.curves,
            cross_validation=measured.overall,
            test=test,
            ranges=model.support.ranges,
            grouping=model.distribution.grouping.names,
            distribution=model.distribution.note,
            provenance=provenance,
            notes=tuple(notes_on(family_named(recipe.family), claims, table, everywhere=everywhere is not None)),
            folds=tuple(
                MetricSummary(metric.value, measured.mean(metric), measured.spread(metric)) for metric in Metric
            ),
            profile=Profile.of(claims.schema, table.rows.T.tolist()),
            served=served,
            subject=Subject.of(claims.schema),
        )
        learned_from = LearntFrom.of(table, everywhere.highest if everywhere else HIGHEST_ROW_DIGEST)
        return write(model, card, learned_from, into)


def _train_folds(recipe: Recipe, plan: FoldPlan) -> list[Piece]:
    return [(work.fold, recipe, "train", number) for number in range(plan.n_splits * plan.n_repeats)]


def _fits(recipe: Recipe, plan: FoldPlan) -> list[Piece]:
    """Return the pieces of a fit on all rows: its folds, and the fit itself."""
    return [*((work.fold, recipe, "all", number) for number in range(plan.n_splits)), (work.whole, recipe)]


def _evaluation(
    recipe: Recipe,
    table: Table,
    plan: FoldPlan,
    done: Iterator[Any],
    on_fold: Callable[[FoldScores], None],
    first: work.Fold | None = None,
    *,
    is_reported: bool = False,
) -> Evaluation:
    """Assemble an evaluation of the next folds that are done, in their order.

    Args:
        recipe: the evaluated recipe.
        table: the rows of all folds.
        plan: the folds.
        done: the folds.
        on_fold: called after each fold.
        first: a fold that was done and reported before.
        is_reported: whether to measure the curves of an actuary's report, too.
    """
    answers = np.full((len(table), ANSWER_WIDTH), np.nan)
    measured: list[FoldScores] = []
    fit_seconds: list[float] = []
    predict_seconds: list[float] = []
    earlier = [first] if first else []
    finished: Iterator[work.Fold] = chain(earlier, islice(done, plan.n_splits * plan.n_repeats - len(earlier)))
    for number, done_fold in enumerate(finished):
        repeat, fold = divmod(number, plan.n_splits)
        if repeat == 0:
            answers[done_fold.held] = done_fold.answers
        fit_seconds.append(done_fold.fit_seconds)
        predict_seconds.append(done_fold.predict_seconds)
        measured.append(FoldScores.of(repeat, fold, done_fold.measured))
        if done_fold is not first:
            on_fold(measured[-1])
    rows = np.flatnonzero(~np.isnan(answers[:, 0]))  # all, unless the folds go by period
    table, answers = table[rows], answers[rows]
    out = Published.of(answers)
    return Evaluation(
        recipe=recipe,
        folds=tuple(measured),
        overall=scores(table, answers),
        out_of_fold=OutOfFold(table.charges, out.expected, out.typical, out.low, out.high),
        fit_seconds=median(fit_seconds),
        predict_seconds=median(predict_seconds),
        curves=curves(table, answers) if is_reported else None,
    )


def _ignore(_: FoldScores) -> None:
    """Ignore a fold: nobody waits for these."""
