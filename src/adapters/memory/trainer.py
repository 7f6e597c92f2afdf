"""A trainer that needs no library: whoever asks, it answers with the distribution of all costs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median, quantiles
from typing import TYPE_CHECKING, Final, TypeAlias

from adapters.memory.faults import FailsOnRequest
from adapters.memory.loader import read_cost, write_cost
from domain.cost import CALIBRATION_LEVELS, INTERVAL_LEVEL, QUANTILE_LEVELS, CostDistribution, Interval
from domain.errors import ConfigurationError
from domain.evaluation import Evaluation, FoldScores, Metric, OutOfFold
from domain.model import MetricSummary, ModelCard, TrainedModel
from domain.ports.clock import Clock
from domain.ports.trainer import Trainer
from domain.profile import Profile
from domain.promotion import Candidacy, PairedComparison
from domain.scores import Calibration, ExpectedScores, GroupScores, IntervalScores, Scores, TypicalScores
from domain.shadow import FEWEST_OUTCOMES, Replay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from domain.claims import Claims
    from domain.model import FoldPlan, Provenance, Recipe

_FAMILY: Final = "unconditional"
_CLOSE: Final = 100.0
_ENOUGH: Final = 200

_Row: TypeAlias = tuple[tuple[float, ...], float]


@dataclass
class MemoryTrainer(FailsOnRequest, Trainer):
    """Knows one family, ``unconditional``: the empirical distribution of all costs it was shown."""

    clock: Clock

    def cross_validate(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, *, on_fold: Callable[[FoldScores], None]
    ) -> Evaluation:
        """Score it on every n-th row in turn."""
        self._know(recipe)
        charges = list(claims.charges)[: len(claims) - _test_rows(claims, plan)]
        folds: list[FoldScores] = []
        answers: list[CostDistribution] = [_distribution(charges)] * len(charges)
        for fold in range(plan.n_splits):
            cost = _distribution([usd for i, usd in enumerate(charges) if i % plan.n_splits != fold])
            held = charges[fold :: plan.n_splits]
            answers[fold :: plan.n_splits] = [cost] * len(held)
            folds.append(FoldScores.of(0, fold, _scores([cost] * len(held), held)))
            on_fold(folds[-1])
        intervals = [cost.interval() for cost in answers]
        return Evaluation(
            recipe=recipe,
            folds=tuple(folds),
            overall=_scores(answers, charges),
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
        """Score the last rows by the first."""
        self._know(recipe)
        charges = list(claims.charges)
        held = max(1, _test_rows(claims, plan))
        return _scores([_distribution(charges[:-held])] * held, charges[-held:])

    def fit(
        self, recipe: Recipe, claims: Claims, plan: FoldPlan, provenance: Provenance, *, test: Scores, into: Path
    ) -> TrainedModel:
        """Write the distribution down."""
        evaluation = self.cross_validate(recipe, claims, plan, on_fold=lambda _: None)
        rows = list(claims.facts)
        ranges = {
            name: (min(list(row)[i] for row in rows), max(list(row)[i] for row in rows))
            for name, i in (("age", 0), ("bmi", 2), ("children", 3))
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
            folds=tuple(MetricSummary(one.value, evaluation.mean(one), evaluation.spread(one)) for one in Metric),
            profile=Profile.of(zip(*rows, strict=True)),
            notes=("Everybody gets the same answer: the distribution of all costs.",),
        )
        folder = into / "medcost"
        digest = write_cost(folder, _distribution(list(claims.charges)))
        return TrainedModel(folder, digest, card)

    def score(self, model: TrainedModel, claims: Claims) -> Scores:
        """Score it as it is."""
        self._fail_if_asked()
        return _scores([read_cost(model.folder, model.digest)] * len(claims), list(claims.charges))

    def compare(
        self,
        challenger: TrainedModel,
        champion: tuple[int, TrainedModel] | None,
        claims: Claims,
        plan: FoldPlan,
        outcomes: Claims | None = None,
    ) -> Candidacy:
        """Compare as they are, row by row; there is nothing to refit on folds, and no folder keeps whom it is from."""
        del plan
        known = _rows(claims)
        more = _rows(outcomes).keys() - known.keys() if champion and outcomes else set[_Row]()
        came_in = [usd for _, usd in sorted(more)] if len(more) >= _ENOUGH else []
        charges = [*claims.charges, *came_in]
        theirs = read_cost(champion[1].folder, champion[1].digest) if champion else _distribution(list(claims.charges))
        return Candidacy(
            comparison=_paired(
                champion[0] if champion else None,
                _scores([read_cost(challenger.folder, challenger.digest)] * len(charges), charges),
                _scores([theirs] * len(charges), charges),
                outcomes=len(came_in),
            ),
            coverage=self.score(challenger, claims).interval.coverage,
            group_coverage={},
            milliseconds=0.01,
            megabytes=sum(entry.stat().st_size for entry in challenger.folder.iterdir()) / 1e6,
        )

    def replay(self, challenger: TrainedModel, champion: tuple[int, TrainedModel], outcomes: Claims) -> Replay | None:
        """Score both as they are."""
        number, trained = champion
        charges = list(_rows(outcomes).values())
        if len(charges) < FEWEST_OUTCOMES:
            return None
        mine, theirs = (
            _scores([read_cost(one.folder, one.digest)] * len(charges), charges) for one in (challenger, trained)
        )
        return Replay(_paired(number, mine, theirs, outcomes=len(charges)), mine, theirs)

    def _know(self, recipe: Recipe) -> None:
        self._fail_if_asked()
        if recipe.family != _FAMILY or recipe.transform != "none" or recipe.hyperparameters:
            message = f"this trainer knows the family {_FAMILY!r} only, without transform or hyperparameters"
            raise ConfigurationError(message)


def _rows(claims: Claims) -> dict[_Row, float]:
    """Give each row once, with its charges."""
    return {(tuple(who), usd): usd for who, usd in zip(claims.facts, claims.charges, strict=True)}


def _paired(rival: int | None, mine: Scores, theirs: Scores, *, outcomes: int) -> PairedComparison:
    """Compare two averages; how the rows differ is not kept, so the difference counts as it is."""
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


def _scores(answers: Sequence[CostDistribution], charges: Sequence[float]) -> Scores:
    pairs = list(zip(answers, charges, strict=True))
    errors = [cost.expected - usd for cost, usd in pairs]
    off = [abs(cost.typical - usd) for cost, usd in pairs]
    intervals = [cost.interval() for cost in answers]
    inside = [interval.low <= usd <= interval.high for interval, usd in zip(intervals, charges, strict=True)]
    widths = [interval.high - interval.low for interval in intervals]
    missed = [
        max(interval.low - usd, 0) + max(usd - interval.high, 0)
        for interval, usd in zip(intervals, charges, strict=True)
    ]
    middle = fmean(charges)
    spread = sum((usd - middle) ** 2 for usd in charges)
    alpha = 1 - INTERVAL_LEVEL
    return Scores(
        rows=len(charges),
        expected=ExpectedScores(
            r2=1 - sum(error**2 for error in errors) / spread if spread else 0.0,
            rmse=fmean(error**2 for error in errors) ** 0.5,
            mae=fmean(map(abs, errors)),
            bias=fmean(errors),
        ),
        typical=TypicalScores(fmean(off), median(off), fmean(usd <= _CLOSE for usd in off)),
        crps=fmean(_crps(cost, usd) for cost, usd in pairs),
        interval=IntervalScores(
            INTERVAL_LEVEL, fmean(inside), fmean(widths), fmean(widths) + 2 / alpha * fmean(missed)
        ),
        groups=(GroupScores("all", len(charges), fmean(inside), fmean(widths), fmean(errors)),),
        calibration=tuple(
            Calibration(level, fmean(_holds(cost.interval(level), usd) for cost, usd in pairs))
            for level in CALIBRATION_LEVELS
        ),
    )


def _holds(interval: Interval, usd: float) -> bool:
    return interval.low <= usd <= interval.high


def _crps(cost: CostDistribution, usd: float) -> float:
    """Average twice the pinball loss over the known levels (Laio and Tamea 2007, eq. 4)."""
    losses = zip(QUANTILE_LEVELS, cost.quantiles, strict=True)
    return 2 * fmean((level - (usd < quantile)) * (usd - quantile) for level, quantile in losses)
