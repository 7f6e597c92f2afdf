"""Models: the recipe they are cooked by, the folder they travel in, the version they are known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from domain.costs.prediction import ModelReference
from domain.models.actuarial_report import Curves
from domain.models.scores import Scores
from domain.models.subject import Subject
from domain.monitoring.profile import Profile
from domain.people.claims import DataOrigin

# imports stand outside of TYPE_CHECKING where adapters decode these classes from JSON
HyperparameterValue: TypeAlias = bool | int | float | str | None
Hyperparameters: TypeAlias = Mapping[str, HyperparameterValue]

CHAMPION: Final = "champion"
"""Alias of the version that is served."""
CHALLENGER: Final = "challenger"
"""Alias of the newest version, which the gate may let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model is made: all that must be known to make it again from the same rows.

    Args:
        family: the model family, such as ``forest`` or ``interaction_lad``.
        transform: how the target is transformed before the fit: ``none``, ``log``, ``quantile`` or ``power``.
        hyperparameters: settings of the family; what is not named keeps the family's default.
    """

    family: str
    transform: str = "none"
    hyperparameters: Hyperparameters = field(default_factory=dict[str, HyperparameterValue])

    @property
    def name(self) -> str:
        """Return the family, and its transform where there is one.

        >>> Recipe(family="linear").name, Recipe(family="linear", transform="log").name
        ('linear', 'linear-log')
        """
        return self.family if self.transform == "none" else f"{self.family}-{self.transform}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldPlan:
    """How rows are split, the same way for each recipe, so that comparisons are paired.

    Args:
        n_splits: folds of one repeat.
        n_repeats: how often the folds are drawn anew.
        test_size: share of people set aside before cross-validation; reported, never used to select.
        seed: of every draw.
        later: if it is not 0, models learn from earlier periods and are judged on the newest ones, which together hold
            at least this share of the rows.

    People are split, not rows: no person is on both sides.
    """

    n_splits: int = 5
    n_repeats: int = 2
    test_size: float = 0.2
    seed: int = 0
    later: float = 0.0


@dataclass(frozen=True, slots=True)
class FloatRange:
    """A real hyperparameter to search from ``low`` to ``high``."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class IntRange:
    """A whole hyperparameter to search from ``low`` to ``high``, both included."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A hyperparameter to choose from a few values."""

    values: tuple[HyperparameterValue, ...]


SearchSpace: TypeAlias = Mapping[str, FloatRange | IntRange | Choice]


@dataclass(frozen=True, slots=True)
class FamilySummary:
    """A line of the comparison that chose a recipe: mean and standard deviation over folds.

    ``seconds`` is the median time of one fold's fit; None on cards made before it was noted.
    """

    name: str
    mean: float
    spread: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A recipe that a comparison left out, and why, in words."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric over the folds of the cross-validation of a model's recipe: mean and standard deviation."""

    metric: str
    mean: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Provenance of a model.

    Args:
        metric: by what its family was chosen.
        compared: the families it was compared with, best first, by that metric.
        not_compared: those that the comparison left out.
        tracking_run: the run of the tracking store that made it.
        git_revision: of the code that made it, empty if unknown.
        trials: how many tuning trials there were.
        tried: what each of them came to by that metric, in order; None where it was pruned or failed. Empty on cards
            made before there were any.
        study: that these trials belong to; empty on cards made before it was noted.
        configuration: see `configuration_digest`; empty on cards made before there was one.
        occasion: why a retraining made it; empty where a person asked for it.
    """

    metric: str
    compared: tuple[FamilySummary, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    tracking_run: str = ""
    git_revision: str = ""
    trials: int = 0
    tried: tuple[float | None, ...] = ()
    study: str = ""
    configuration: str = ""
    occasion: str = ""

    def is_same_result_as(self, other: Provenance) -> bool:
        """Return whether both come from the same trials of one study by the same code, whichever worker made them."""
        mine = (self.study, self.tried, self.git_revision)
        return bool(self.study) and mine == (other.study, other.tried, other.git_revision)


_DECIDES: Final = (
    "seed", "schema", "transform", "model", "search_space", "cv", "selection", "tuning", "sampler", "pruner",
)  # fmt: skip
"""Parts of a configuration that decide what model comes of some rows; the gate and places decide nothing about it."""


def configuration_digest(configuration: Mapping[str, object]) -> str:
    """Give the SHA-256 of what, beside the rows, a training is decided by. ``configuration`` is flat: dotted names.

    >>> once = configuration_digest({"seed": 0, "gate.margin": 0.02, "dataset.path": "a.csv"})
    >>> once == configuration_digest({"seed": 0}), once == configuration_digest({"seed": 1})
    (True, False)
    """
    decides = {name: value for name, value in configuration.items() if name.split(".")[0] in _DECIDES}
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DistributionNote:
    """How the distribution around the estimate was made, and by how much it was the best.

    Args:
        shape: ``unconditional``, ``forest``, ``pooled``, ``groups``, ``spread`` or ``ranks``.
        hurdle: by what the chance of no cost was learned; empty where there is none in front of the shape.
        mean: what the expected cost is made of.
        excess: the mean excess of costs above the 99 % quantile that was fitted, as a share of that quantile.
        gain: by what share the CRPS of held-out people is below that of the distribution of all costs.
        gain_over_simplest: by what share it is below that of the simplest shape.
    """

    shape: str
    hurdle: str
    mean: str
    excess: float
    gain: float
    gain_over_simplest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a person should know before they rely on a model. Travels inside the model folder.

    Args:
        recipe: how it was made.
        created_at: when, in UTC.
        origin: the data it learnt from, with their digest and number of rows.
        cross_validation: measured out of fold over all training rows.
        test: the recipe's scores on the test split; the recipe was not chosen by them.
        ranges: for each numeric fact, the smallest and the largest value in the training data.
        grouping: the facts by which residuals are grouped, empty if pooled.
        notes: what else must be said, such as a fit on a subsample.
        folds: each metric over the folds of that cross-validation; none on cards made before there were any.
        profile: of the people in the training data; None on cards made before there were any.
        served: of the ranges that are served, around points out of fold; None on cards made before there were any.
        subject: what is predicted from what; None on cards made before facts were declared.
        people: how many distinct persons the rows are of; None where they were not counted.
        distribution: how the distribution was chosen; None on cards made before it was.
        curves: of the actuary's report, over the same predictions as ``cross_validation``; None on cards made before
            there were reports.
    """

    recipe: Recipe
    created_at: datetime
    origin: DataOrigin
    data_digest: str
    rows: int
    cross_validation: Scores
    test: Scores
    ranges: Mapping[str, tuple[float, float]]
    grouping: tuple[str, ...]
    provenance: Provenance
    notes: tuple[str, ...] = ()
    folds: tuple[MetricSummary, ...] = ()
    profile: Profile | None = None
    served: Scores | None = None
    subject: Subject | None = None
    people: int | None = None
    distribution: DistributionNote | None = None
    curves: Curves | None = None

    @property
    def currency(self) -> str:
        """Return the currency of every amount; before facts were declared it was USD."""
        return self.subject.currency if self.subject else "USD"

    @property
    def facts(self) -> Mapping[str, str]:
        """Return the label of each fact by its name, in the order of the model's rows."""
        if self.subject:
            labels = self.subject.facts
            return {name: labels[name] for name in self.subject.order or labels}
        return {name: name for name in (self.profile.counts if self.profile else self.ranges)}


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model folder on this machine: no code, only data, pinned by the SHA-256 of its manifest."""

    folder: Path
    digest: str
    card: ModelCard


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered model. ``number`` counts from 1 and is never used twice."""

    number: int
    digest: str
    registered_at: datetime
    card: ModelCard

    @property
    def reference(self) -> ModelReference:
        """Return how answers name this version."""
        return ModelReference(self.number, self.digest)
