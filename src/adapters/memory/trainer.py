"""A trainer without libraries: its models answer everybody with the distribution of all costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from statistics import fmean, quantiles
from typing import TYPE_CHECKING, Final, TypeAlias

from adapters.memory.curves import curves
from adapters.memory.faults import FailsOnRequest
from adapters.memory.loader import read_cost, write_cost
from adapters.memory.scoring import scores
from domain.costs.distribution import CostDistribution
from domain.errors import ConfigurationError
from domain.models.evaluation import Evaluation, FoldScores, Metric, OutOfFold
from domain.models.model import MetricSummary, ModelCard, TrainedModel
from domain.models.promotion import Candidacy, PairedComparison
from domain.models.shadow import FEWEST_OUTCOMES, Replay
from domain.models.subject import Subject
from domain.monitoring.profile import Profile
from domain.people.fact import NOT_GIVEN
from domain.ports.clock import Clock
from domain.ports.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from domain.models.actuarial_report import Curves
    from domain.models.model import FoldPlan, Provenance, Recipe
    from domain.models.scores import Scores
    from domain.people.claims import Claims

_FAMILY: Final = "unconditional"
_ENOUGH: Final = 200

_Row: TypeAlias = tuple[tuple[float, ...], float]


@dataclass
class MemoryTrainer(FailsOnRequest, Trainer):
    """Trains one family, ``unconditional``: the empirical distribution of all costs."""

    clock: Clock

    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score the family on every n-th row in turn."""
        self._know(recipe)
        charges = list(claims.charges)[: len(claims) - _test_rows(claims, plan)]
        folds: list[FoldScores] = []
        answers: list[CostDistribution] = [_distribution(charges)] * len(charges)
        for fold in range(plan.n_splits):
            cost = _distribution([usd for i, usd in enumerate(charges) if i % plan.n_splits != fold])
            held = charges[fold :: plan.n_splits]
            answers[fold :: plan.n_splits] = [cost] * len(held)
            folds.append(FoldScores.of(0, fold, scores([cost] * len(held), held)))
            on_fold(folds[-1])
        intervals = [cost.interval() for cost in answers]
        return Evaluation(
            recipe=recipe,
            folds=tuple(folds),
            overall=scores(answers, charges),
            out_of_fold=OutOfFold(
                charges,
                [cost.expected for cost in answers],
                [cost.typical for cost in answers],
                [interval.low for interval in intervals],
                [interval.high for interval in intervals],
            ),
            fit_seconds=0.0,
            predict_seconds=0.0,
        )

    def test(self, recipe: Recipe, claims: Claims, plan: FoldPlan) -> Scores:
        """Score the last rows by a model of the first rows."""
        self._know(recipe)
        charges = list(claims.charges)
        held = max(1, _test_rows(claims, plan))
        return scores([_distribution(charges[:-held])] * held, charges[-held:])

    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Write the distribution to a model folder."""
        evaluation = self.cross_validate(recipe, claims, plan, on_fold=lambda _: None)
        rows = list(claims.facts)
        ranges = {
            fact.name: _range(list(row)[claims.schema.place(fact.name)] for row in rows)
            for fact in claims.schema.numeric
        }
        card = ModelCard(
            recipe=recipe,
            created_at=self.clock.now(),
            origin=claims.origin,
            data_digest=claims.digest,
            rows=len(claims),
            cross_validation=evaluation.overall,
            test=test,
            ranges=ranges,
            grouping=(),
            provenance=provenance,
            folds=tuple(
                MetricSummary(metric.value, evaluation.mean(metric), evaluation.spread(metric)) for metric in Metric
            ),
            profile=Profile.of(claims.schema, zip(*rows, strict=True)),
            subject=Subject.of(claims.schema),
            curves=curves(_distribution(list(claims.charges)), list(claims.charges), {}),
            notes=("Everybody gets the same answer: the distribution of all costs.",),
        )
        folder = into / "medcost"
        digest = write_cost(folder, _distribution(list(claims.charges)))
        return TrainedModel(folder, digest, card)

    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score a model on claims."""
        self._fail_if_asked()
        return scores([read_cost(model.folder, model.digest)] * len(claims), list(claims.charges))

    def report(
        self, model: TrainedModel, claims: Claims, rival: tuple[str, TrainedModel] | None = None
    ) -> tuple[Scores, Curves]:
        """Measure the figures of an actuary's report on a model."""
        other = (rival[0], read_cost(rival[1].folder, rival[1].digest)) if rival else None
        cost, audits = (
            read_cost(model.folder, model.digest),
            {name: list(texts) for name, texts in claims.audits.items()},
        )
        return self.score(model, claims), curves(cost, list(claims.charges), audits, other)

    def compare(
        self,
        challenger: TrainedModel,
        champion: tuple[int, TrainedModel] | None,
        claims: Claims,
        plan: FoldPlan,
        outcomes: Claims | None = None,
    ) -> Candidacy:
        """Compare two models row by row, without refitting them on folds; no folder records its training rows."""
        del plan
        learned_from = _rows(claims)
        more = _rows(outcomes).keys() - learned_from.keys() if champion and outcomes else set[_Row]()
        came_in = [usd for _, usd in sorted(more)] if len(more) >= _ENOUGH else []
        charges = [*claims.charges, *came_in]
        measured = self.score(challenger, claims)
        theirs = read_cost(champion[1].folder, champion[1].digest) if champion else _distribution(list(claims.charges))
        return Candidacy(
            comparison=_paired(
                champion[0] if champion else None,
                scores([read_cost(challenger.folder, challenger.digest)] * len(charges), charges),
                scores([theirs] * len(charges), charges),
                outcomes=len(came_in),
            ),
            coverage=measured.interval.coverage,
            group_coverage={},
            milliseconds=0.01,
            megabytes=sum(entry.stat().st_size for entry in challenger.folder.iterdir()) / 1e6,
            measured=measured,
        )

    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both models on the outcomes."""
        number, trained = champion
        charges = list(_rows(outcomes).values())
        if len(charges) < FEWEST_OUTCOMES:
            return None
        mine, theirs = (
            scores([read_cost(model.folder, model.digest)] * len(charges), charges) for model in (challenger, trained)
        )
        return Replay(_paired(number, mine, theirs, outcomes=len(charges)), mine, theirs)

    def _know(self, recipe: Recipe) -> None:
        self._fail_if_asked()
        if recipe.family != _FAMILY or recipe.transform != "none" or recipe.hyperparameters:
            message = f"this trainer knows the family {_FAMILY!r} only, without transform or hyperparameters"
            raise ConfigurationError(message)


def _rows(claims: Claims) -> dict[_Row, float]:
    """Return each different row with its charges; missing values count as equal."""
    rows = (tuple(NOT_GIVEN if isnan(number) else number for number in who) for who in claims.facts)
    return {(who, usd): usd for who, usd in zip(rows, claims.charges, strict=True)}


def _range(values: Iterable[float]) -> tuple[float, float]:
    """Return the lowest and the highest value; (0, 0) if all are missing."""
    given = [value for value in values if not isnan(value)]
    return (min(given), max(given)) if given else (0.0, 0.0)


def _paired(rival: int | None, mine: Scores, theirs: Scores, *, outcomes: int) -> PairedComparison:
    """Compare two averages; the differences of single rows are not kept, so the bound is the difference itself."""
    difference = mine.crps - theirs.crps
    return PairedComparison(
        method="unconditional" if rival is None else "unseen_rows",
        rival=rival,
        rows=mine.rows,
        challenger_loss=mine.crps,
        rival_loss=theirs.crps,
        difference=difference,
        standard_error=0.0,
        degrees_of_freedom=mine.rows - 1,
        upper_bound=difference,
        outcomes=outcomes,
    )


def _test_rows(claims: Claims, plan: FoldPlan) -> int:
    return int(len(claims) * plan.test_size)


def _distribution(charges: Sequence[float]) -> CostDistribution:
    return CostDistribution(fmean(charges), tuple(sorted(quantiles(charges, n=100, method="inclusive"))))
