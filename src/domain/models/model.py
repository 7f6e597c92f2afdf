"""Models: their recipes, folders, cards and versions."""

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
from domain.people.origin import DataOrigin

# imports stand outside of TYPE_CHECKING where adapters decode these classes from JSON
HyperparameterValue: TypeAlias = bool | int | float | str | None
Hyperparameters: TypeAlias = Mapping[str, HyperparameterValue]

CHAMPION: Final = "champion"
"""Alias of the version that is served."""
CHALLENGER: Final = "challenger"
"""Alias of the newest version, which may become champion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A recipe: all settings that are needed to make a model again from the same rows.

    Args:
        family: the model family, such as ``forest`` or ``interaction_lad``.
        transform: how the target is transformed before the fit: ``none``, ``log``, ``quantile`` or ``power``.
        hyperparameters: settings of the family; others keep the family's defaults.
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
    """The split of rows into folds, the same for each recipe, so that comparisons are paired.

    Args:
        n_splits: folds of one repeat.
        n_repeats: number of times that the folds are drawn.
        test_size: share of people set aside before cross-validation; reported, never used to select.
        seed: the seed of every draw.
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

    ``seconds`` is the median time of one fold's fit; None on cards of earlier releases.
    """

    name: str
    mean: float
    spread: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A recipe that a comparison left out, and the reason in words."""

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
    """The provenance of a model.

    Args:
        metric: the metric by which its family was chosen.
        compared: the families of the comparison, best first, by that metric.
        not_compared: the families that the comparison left out.
        tracking_run: the run of the tracking store that made the model.
        git_revision: the git revision of the code, empty if unknown.
        trials: number of tuning trials.
        tried: the metric of each trial, in order; None where it was pruned or failed. Empty on cards of earlier
            releases.
        study: the study of these trials; empty on cards of earlier releases.
        configuration: see `configuration_digest`; empty on cards of earlier releases.
        occasion: the reason for a retraining; empty where a person started the training.
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
"""Parts of a configuration that determine the model of some rows; the gate and paths do not."""


def configuration_digest(configuration: Mapping[str, object]) -> str:
    """Return the SHA-256 of the parts of a flat configuration (dotted names) that determine a model of some rows.

    >>> once = configuration_digest({"seed": 0, "gate.margin": 0.02, "dataset.path": "a.csv"})
    >>> once == configuration_digest({"seed": 0}), once == configuration_digest({"seed": 1})
    (True, False)
    """
    decides = {name: value for name, value in configuration.items() if name.split(".")[0] in _DECIDES}
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DistributionNote:
    """The choice of the distribution around the estimate, and its gain over others.

    Args:
        shape: ``unconditional``, ``forest``, ``pooled``, ``groups``, ``spread`` or ``ranks``.
        hurdle: the model of the chance of no cost; empty where there is none.
        mean: the model of the expected cost.
        excess: the mean excess of costs above the 99 % quantile that was fitted, as a share of that quantile.
        gain: the share by which the CRPS of held-out people is below that of the distribution of all costs.
        gain_over_simplest: the share by which it is below that of the simplest shape.
    """

    shape: str
    hurdle: str
    mean: str
    excess: float
    gain: float
    gain_over_simplest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """The card of a model, which people should read before they rely on it. The model folder contains it.

    Args:
        recipe: the model's recipe.
        created_at: time of the training, in UTC.
        origin: the source of the training data.
        cross_validation: measured out of fold over all training rows.
        test: the recipe's scores on the test split; the recipe was not chosen by them.
        ranges: for each numeric fact, the smallest and the largest value in the training data.
        grouping: the facts by which residuals are grouped, empty if pooled.
        notes: further remarks, such as a fit on a subsample.
        folds: each metric over the folds of that cross-validation; none on cards made before there were any.
        profile: the profile of the people in the training data; None on cards made before there were any.
        served: the figures of the ranges that are served, around points out of fold; None on cards made before there
            were any.
        subject: the predicted cost and the facts; None on cards made before facts were declared.
        people: number of distinct persons in the rows; None where they were not counted.
        distribution: how the distribution was chosen; None on cards made before it was.
        curves: the curves of the actuary's report, over the same predictions as ``cross_validation``; None on cards
            made before there were reports.
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
        """Return the reference by which answers name this version."""
        return ModelReference(self.number, self.digest)
