"""Cross-validation, the fit, and the figures for the gate."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.sklearn import work
from adapters.sklearn.comparison import candidacy, replay
from adapters.sklearn.families import family_of
from adapters.sklearn.fitting import Table, notes_on, threads_for
from adapters.sklearn.folds import train_and_test
from adapters.sklearn.scoring import Published, scores
from adapters.sklearn.storage import LearntFrom, digests_of, read, write
from adapters.system.executor import LocalExecutor
from domain.claims import HIGHEST_ROW_DIGEST
from domain.evaluation import Evaluation, FoldScores, Metric, OutOfFold
from domain.model import MetricSummary, ModelCard
from domain.ports.clock import Clock
from domain.ports.executor import Executor
from domain.ports.trainer import Made, Trainer
from domain.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from adapters.sklearn.cluster import Cluster
    from adapters.sklearn.model import CostModel
    from domain.claims import Claims, Population
    from domain.model import FoldPlan, Provenance, Recipe, TrainedModel
    from domain.promotion import Candidacy
    from domain.scores import Scores
    from domain.shadow import Replay

    Piece = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SklearnTrainer(Trainer):
    """Measures and makes models with scikit-learn; folds and fits are pieces of work for the executor."""

    clock: Clock
    executor: Executor = field(default_factory=LocalExecutor)
    cluster: Cluster | None = None

    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score the recipe on each fold, its residuals drawn from the fold's known rows alone."""
        whole = Table.of(claims)
        with closing(self.executor.map(work.do, _train_folds(recipe, plan), whole, plan)) as done:
            return _evaluation(recipe, whole[train_and_test(whole.charges, plan)[0]], plan, done, on_fold)

    def test(self, recipe: Recipe, claims: Claims, plan: FoldPlan) -> Scores:
        """Score the test split; without one, the last rows of the first fold stand in for it."""
        return work.test(recipe, Table.of(claims), plan)

    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Fit on all rows and write the folder; on those that are only sampled here, where a cluster can do that."""
        if self.cluster and claims.population and family_of(recipe).distributed:
            done = self.cluster.fits(recipe, claims.population, Table.of(claims), plan)
            return self._written(recipe, claims, plan, provenance, test, into, done, everywhere=claims.population)
        with closing(self.executor.map(work.do, _fits(recipe, plan), Table.of(claims), plan)) as done:
            return self._written(recipe, claims, plan, provenance, test, into, done)

    def make(
        self,
        recipes: Sequence[Recipe],
        claims: Claims,
        plan: FoldPlan,
        provenance: Provenance,
        *,
        into: Path,
        on_fold: Callable[[Recipe, FoldScores], None],
    ) -> Generator[Made]:
        """Make all recipes from one pool of pieces, so that nobody idles between two of them."""
        whole = Table.of(claims)
        train = whole[train_and_test(whole.charges, plan)[0]]
        pieces = [
            piece
            for recipe in recipes
            for piece in (*_train_folds(recipe, plan), (work.test, recipe), *_fits(recipe, plan))
        ]
        with closing(self.executor.map(work.do, pieces, whole, plan)) as done:
            for number, recipe in enumerate(recipes):
                evaluation = _evaluation(recipe, train, plan, done, partial(on_fold, recipe))
                test = next(done)
                place = into / str(number)
                place.mkdir()
                yield Made(evaluation, test, self._written(recipe, claims, plan, provenance, test, place, done))

    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score it as it is."""
        inner, _ = read(model.folder, model.digest)
        table = Table.of(claims)
        with threads_for(len(table)):
            answers, _ = inner.predict_arrays(table.rows)
        return scores(table.rows, table.charges, answers)

    def compare(
        self,
        challenger: TrainedModel,
        champion: tuple[int, TrainedModel] | None,
        claims: Claims,
        plan: FoldPlan,
        outcomes: Claims | None = None,
    ) -> Candidacy:
        """Measure challenger and champion."""
        came_in = Table.of(outcomes) if outcomes else None
        with threads_for(len(claims)):
            return candidacy(challenger, champion, Table.of(claims), plan, self.executor, came_in)

    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both as they are."""
        with threads_for(len(outcomes)):
            return replay(challenger, champion, Table.of(outcomes)) if outcomes else None

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
        """Write the folder of a recipe from what `_fits` gave; ``everywhere`` are all rows if they were fitted."""
        table = Table.of(claims)
        measured = _evaluation(recipe, table, replace(plan, n_repeats=1), done, _ignore)
        found: tuple[CostModel, Scores] = next(done)
        model, served = found
        card = ModelCard(
            recipe=recipe,
            created_at=self.clock.now(),
            origin=claims.origin,
            data_digest=claims.digest,
            rows=everywhere.rows if everywhere else len(table),
            cross_validation=measured.overall,
            test=test,
            ranges=model.support.ranges,
            grouping=model.distribution.grouping,
            provenance=provenance,
            notes=(*_sampled(claims, everywhere=everywhere is not None), *notes_on(recipe, len(table))),
            folds=tuple(MetricSummary(one.value, measured.mean(one), measured.spread(one)) for one in Metric),
            profile=Profile.of(table.rows.T.tolist()),
            served=served,
        )
        known = LearntFrom(digests_of(table), everywhere.highest if everywhere else HIGHEST_ROW_DIGEST)
        return write(model, card, known, into)


def _train_folds(recipe: Recipe, plan: FoldPlan) -> list[Piece]:
    return [(work.fold, recipe, "train", number) for number in range(plan.n_splits * plan.n_repeats)]


def _fits(recipe: Recipe, plan: FoldPlan) -> list[Piece]:
    """Give what a fit on all rows takes: its folds, once, and itself."""
    return [*((work.fold, recipe, "all", number) for number in range(plan.n_splits)), (work.whole, recipe)]


def _evaluation(
    recipe: Recipe, table: Table, plan: FoldPlan, done: Iterator[Any], on_fold: Callable[[FoldScores], None]
) -> Evaluation:
    """Put an evaluation together from the next folds that are done, in their order."""
    answers = np.empty((len(table), 100))
    measured: list[FoldScores] = []
    fit_seconds: list[float] = []
    predict_seconds: list[float] = []
    found: Iterator[work.Fold] = islice(done, plan.n_splits * plan.n_repeats)
    for number, one in enumerate(found):
        repeat, fold = divmod(number, plan.n_splits)
        if repeat == 0:
            answers[one.held] = one.answers
        fit_seconds.append(one.fit_seconds)
        predict_seconds.append(one.predict_seconds)
        measured.append(FoldScores.of(repeat, fold, one.measured))
        on_fold(measured[-1])
    out = Published.of(answers)
    return Evaluation(
        recipe=recipe,
        folds=tuple(measured),
        overall=scores(table.rows, table.charges, answers),
        out_of_fold=OutOfFold(table.charges, out.expected, out.typical, out.low, out.high),
        fit_seconds=median(fit_seconds),
        predict_seconds=median(predict_seconds),
    )


def _sampled(claims: Claims, *, everywhere: bool) -> Iterator[str]:
    """Say what a model card must tell of rows that are a sample."""
    if claims.population:
        of = f"a sample of {len(claims):,} of {claims.population.rows:,} rows, drawn by their digests"
        yield (
            f"The estimator was fitted on all rows; residuals, ranges and figures are those of {of}."
            if everywhere
            else f"It learnt from {of}."
        )


def _ignore(_: FoldScores) -> None:
    """Nobody waits for these folds."""
