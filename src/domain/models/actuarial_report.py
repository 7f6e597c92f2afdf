"""The actuary's report on a model: the figures and curves by which predictions of cost are judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.models.scores import PredictiveRatio, Scores

# imports stand outside of TYPE_CHECKING where adapters decode these classes from JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedModel:
    """The model that a report is about.

    Args:
        version: the number; None for a model that is not registered.
        recipe: name of the recipe.
        digest: the digest of its folder.
    """

    version: int | None
    recipe: str
    digest: str

    @property
    def name(self) -> str:
        """Return the version and the recipe, for titles."""
        return f"version {self.version} ({self.recipe})" if self.version else self.recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some of the people, in an order: their mean predicted and mean actual cost, in money."""

    people: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A point of a Lorenz or concentration curve.

    Args:
        people: share of the people, from 0 to 1.
        by_predicted: share of all cost that they had, lowest expected cost first.
        by_observed: the same, lowest actual cost first: no other order has a lower curve.
    """

    people: float
    by_predicted: float
    by_observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftPortion:
    """A tenth of the people, ordered by the expected cost of one model over that of another; means in money."""

    people: int
    predicted: float
    rival: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleLift:
    """A double lift: two models on the same people, ordered by how much they disagree.

    Args:
        rival: name of the other model.
        portions: tenths, those first for whom the model expects least in comparison with its rival.
    """

    rival: str
    portions: tuple[LiftPortion, ...]

    @property
    def errors(self) -> tuple[float, float]:
        """Return the mean distance of tenths from their actual mean: of the model and of its rival, in money."""
        count = len(self.portions) or 1
        own = sum(abs(portion.predicted - portion.observed) for portion in self.portions) / count
        other = sum(abs(portion.rival - portion.observed) for portion in self.portions) / count
        return own, other


@dataclass(frozen=True, slots=True, kw_only=True)
class ChancePortion:
    """The mean chance of no cost of people with similar chances, and the share of them that had no cost."""

    people: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditGroup:
    """People with the same value of a column that the model never sees.

    Args:
        column: name of the audit column.
        value: the value in that column.
        people: number of people.
        ratio: predicted over observed cost.
        net_compensation: predicted minus observed cost of a person on average, in money (Layton, Ellis, McGuire and
            Van Kleef 2017, "Measuring efficiency of health plan payment systems in managed competition health
            insurance markets").
        coverage: share of costs inside the published range.
    """

    column: str
    value: str
    people: int
    ratio: PredictiveRatio
    net_compensation: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodScores:
    """The scores of a model in one year."""

    period: str
    people: int
    ratio: PredictiveRatio
    coverage: float
    crps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Measures of a model's predictions of labelled rows beyond `Scores`.

    Args:
        deciles: tenths of the people, lowest expected cost first.
        lorenz: Lorenz and concentration curve, at every twentieth of the people.
        chances: people ordered by their chance of no cost; none where nobody is without cost and none was expected.
        audits: each value of each audit column.
        periods: in their order; none where the rows name no period.
        double_lift: against another model, where one was given.
    """

    deciles: tuple[Portion, ...]
    lorenz: tuple[CurvePoint, ...]
    chances: tuple[ChancePortion, ...] = ()
    audits: tuple[AuditGroup, ...] = ()
    periods: tuple[PeriodScores, ...] = ()
    double_lift: DoubleLift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActuarialReport:
    """An actuary's report: figures, and what a reader must know about them.

    Args:
        model: which model was judged.
        created_at: when the report was made.
        title: the predicted quantity, in words.
        currency: the currency of every amount.
        basis: the rows that were judged, and whether the model had seen them.
        data: the source of the rows.
        data_digest: SHA-256 of the rows.
        scores: overall, by group, by decile and by fifth.
        curves: further measures; None for models made before there were any.
        limits: sentences on what the figures do not show.
    """

    model: ReportedModel
    created_at: datetime
    title: str
    currency: str
    basis: str
    data: str
    data_digest: str
    scores: Scores
    curves: Curves | None
    limits: tuple[str, ...]
