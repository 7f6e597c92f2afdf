"""Cross-validation, the fit, and the figures for the gate."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from adapters.sklearn.comparison import candidacy
from adapters.sklearn.fitting import Table, fit_model, notes_on, threads_for
from adapters.sklearn.folds import folds, train_and_test
from adapters.sklearn.scoring import Published, scores
from adapters.sklearn.storage import LearntFrom, digests_of, read, write
from adapters.system.executor import LocalExecutor
from domain.evaluation import Evaluation, FoldScores, Metric, OutOfFold
from domain.model import MetricSummary, ModelCard
from domain.ports.clock import Clock
from domain.ports.executor import Executor
from domain.ports.trainer import Trainer
from domain.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.claims import Claims
    from domain.model import FoldPlan, Provenance, Recipe, TrainedModel
    from domain.promotion import Candidacy
    from domain.scores import Scores


@dataclass(frozen=True, slots=True)
class SklearnTrainer(Trainer):
    """Measures and makes models with scikit-learn."""

    clock: Clock
    executor: Executor = field(default_factory=LocalExecutor)

    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score the recipe on each fold, its residuals drawn from the fold's known rows alone."""
        whole = Table.of(claims)
        train, _ = train_and_test(whole.charges, plan)
        return _cross_validate(recipe, whole[train], plan, on_fold)

    def test(self, recipe: Recipe, claims: Claims, plan: FoldPlan) -> Scores:
        """Score the test split; without one, the last rows of the first fold stand in for it."""
        whole = Table.of(claims)
        train, held = train_and_test(whole.charges, plan)
        if not len(held):
            train, held = folds(whole.charges, n_splits=plan.n_splits, n_repeats=1, seed=plan.seed)[0]
        model = fit_model(recipe, whole[train], seed=plan.seed)
        with threads_for(len(held)):
            answers, _ = model.predict_arrays(whole.rows[held])
        return scores(whole.rows[held], whole.charges[held], answers)

    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Fit on all rows and write the folder."""
        table = Table.of(claims)
        measured = _cross_validate(recipe, table, replace(plan, n_repeats=1), _ignore)
        model = fit_model(recipe, table, seed=plan.seed, repeats=plan.n_repeats)
        card = ModelCard(
            recipe=recipe,
            created_at=self.clock.now(),
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(table),
            cross_validation=measured.overall,
            test=test,
            ranges=model.support.ranges,
            grouping=model.distribution.grouping,
            provenance=provenance,
            notes=notes_on(recipe, len(table)),
            folds=tuple(MetricSummary(one.value, measured.mean(one), measured.spread(one)) for one in Metric),
            profile=Profile.of(table.rows.T.tolist()),
        )
        return write(model, card, LearntFrom(digests_of(table)), into)

    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score it as it is."""
        inner, _ = read(model.folder, model.digest)
        table = Table.of(claims)
        with threads_for(len(table)):
            answers, _ = inner.predict_arrays(table.rows)
        return scores(table.rows, table.charges, answers)

    def compare(
        self, challenger: TrainedModel, champion: tuple[int, TrainedModel] | None, claims: Claims, plan: FoldPlan
    ) -> Candidacy:
        """Measure challenger and champion."""
        with threads_for(len(claims)):
            return candidacy(challenger, champion, Table.of(claims), plan)


def _cross_validate(recipe: Recipe, table: Table, plan: FoldPlan, on_fold: Callable[[FoldScores], None]) -> Evaluation:
    answers = np.empty((len(table), 100))
    measured: list[FoldScores] = []
    fit_seconds: list[float] = []
    predict_seconds: list[float] = []
    splits = folds(table.charges, n_splits=plan.n_splits, n_repeats=plan.n_repeats, seed=plan.seed)
    for number, (known, held) in enumerate(splits):
        repeat, fold = divmod(number, plan.n_splits)
        begun = time.perf_counter()
        model = fit_model(recipe, table[known], seed=plan.seed)
        fitted = time.perf_counter()
        with threads_for(len(held)):
            said, _ = model.predict_arrays(table.rows[held])
        fit_seconds.append(fitted - begun)
        predict_seconds.append(time.perf_counter() - fitted)
        if repeat == 0:
            answers[held] = said
        measured.append(FoldScores.of(repeat, fold, scores(table.rows[held], table.charges[held], said)))
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


def _ignore(_: FoldScores) -> None:
    """Nobody waits for these folds."""
