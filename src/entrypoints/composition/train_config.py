"""The configuration of `medcost train`, decoded strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from domain.models.evaluation import Metric, Stage
from domain.models.model import Choice, FloatRange, FoldPlan, IntRange, Recipe, SearchSpace
from domain.models.promotion import PromotionPolicy
from domain.models.term_settings import TermSettings
from domain.people.schema import Schema
from entrypoints.composition.strict_parts import AtLeastOne, StrictPart
from entrypoints.composition.train_sources import Source, source_of

Transform = Literal["none", "log", "quantile", "power"]
Value: TypeAlias = bool | int | float | str | None
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]


class Transforms(StrictPart, frozen=True):
    """Transforms of the target to try, where a family lists them."""

    tried: tuple[Transform, ...]


class _Int(StrictPart, frozen=True, tag_field="kind", tag="int"):
    low: int
    high: int
    log: bool = False


class _Float(StrictPart, frozen=True, tag_field="kind", tag="float"):
    low: float
    high: float
    log: bool = False


class _Choice(StrictPart, frozen=True, tag_field="kind", tag="choice"):
    values: tuple[Value, ...]


class _Terms(StrictPart, frozen=True, tag_field="kind", tag="terms"):
    """The search space of the terms of a schema, see `TermSettings`."""


class Model(StrictPart, frozen=True):
    """A model family: its suitable transforms, and its hyperparameters before tuning.

    With ``terms``, the family also has the hyperparameters of `TermSettings`, which ``hyperparameters`` override. With
    ``least_zeros``, the family is compared only if more than this share of costs is zero.
    """

    transforms: tuple[Transform, ...]
    hyperparameters: dict[str, Value]
    terms: bool = False
    least_zeros: Share | None = None

    def settings(self, schema: Schema) -> dict[str, Value]:
        """Return all hyperparameters, those of the schema's terms first."""
        terms = TermSettings.of(schema)
        return {**(terms.defaults if self.terms else {}), **terms.renamed(self.hyperparameters)}


class Training(StrictPart, frozen=True):
    """Limits on the time of a comparison.

    A recipe is left out if its first fold predicts more than ``family_seconds`` for all folds; None for no limit.
    """

    family_seconds: Positive | None


class Folds(StrictPart, frozen=True):
    """The split of people into folds, see `FoldPlan`."""

    n_splits: Annotated[int, msgspec.Meta(ge=2)]
    n_repeats: AtLeastOne
    test_size: Share
    seed: int
    later: Share = 0.0


class Selection(StrictPart, frozen=True):
    """The metric that families are compared by."""

    metric: Metric


class Tuning(StrictPart, frozen=True):
    """The budget of a study. ``timeout`` in seconds; ``patience`` in trials without a better one."""

    n_trials: AtLeastOne
    timeout: Positive | None
    patience: AtLeastOne | None
    study: str | None


class Sampler(StrictPart, frozen=True):
    """The sampler of hyperparameters."""

    kind: Literal["tpe", "random"]
    seed: int
    startup_trials: AtLeastOne = 10


class Pruner(StrictPart, frozen=True):
    """The pruner of trials; a step is a fold. The options are explained in `adapters.optuna.options`."""

    kind: Literal["median", "hyperband", "successive_halving", "patient", "none"]
    startup_trials: int = 5
    warmup_steps: int = 2
    patience: AtLeastOne = 2
    min_resource: AtLeastOne = 1
    max_resource: AtLeastOne | None = None
    reduction_factor: Annotated[int, msgspec.Meta(ge=2)] = 3


class Gate(StrictPart, frozen=True):
    """The promotion policy, as `PromotionPolicy` names it."""

    margin: float
    first_gain: float
    coverage: tuple[float, float]
    group_coverage: tuple[float, float]
    fifth_coverage: tuple[float, float]
    ratio: tuple[float, float]
    part_ratio: tuple[float, float]
    milliseconds: Positive
    megabytes: Positive
    single_fact_r2: float
    outcomes: bool


class Tracking(StrictPart, frozen=True):
    """The address of the tracking store; None for that of the settings."""

    uri: str | None


class Local(StrictPart, frozen=True, tag_field="kind", tag="local"):
    """Work in processes of this machine; None for one for each core, up to four."""

    processes: AtLeastOne | None

    @property
    def address(self) -> str:
        """Return no address: no other machine works."""
        return ""


class Dask(StrictPart, frozen=True, tag_field="kind", tag="dask"):
    """Work on the workers of the Dask scheduler at this address."""

    address: str

    @property
    def processes(self) -> int:
        """Return one: this process waits for the workers."""
        return 1


class TrainConfig(StrictPart, frozen=True):
    """The whole configuration of a training."""

    stage: Stage
    seed: int
    dataset: dict[str, Any]
    transform: Transforms
    model: dict[str, Model]
    search_space: dict[str, dict[str, _Int | _Float | _Choice | _Terms]]
    cv: Folds
    training: Training
    selection: Selection
    tuning: Tuning
    sampler: Sampler
    pruner: Pruner
    gate: Gate
    tracking: Tracking
    executor: Local | Dask

    def recipes(self, schema: Schema) -> list[Recipe]:
        """Return each family with each of its transforms that is to be tried, or with its first transform."""
        return [
            Recipe(family=family, transform=transform, hyperparameters=model.settings(schema))
            for family, model in self.model.items()
            for transform in [tried for tried in model.transforms if tried in self.transform.tried]
            or model.transforms[:1]
        ]

    @property
    def least_zeros(self) -> dict[str, float]:
        """Return the least share of zero costs of each family that is compared only above such a share."""
        return {family: model.least_zeros for family, model in self.model.items() if model.least_zeros is not None}

    def spaces(self, schema: Schema) -> dict[str, SearchSpace]:
        """Return the search space of each family; a space for a single setting overrides that of the terms."""
        terms = TermSettings.of(schema).space
        return {
            family: {
                name: part
                for key, setting in space.items()
                for name, part in (terms if isinstance(setting, _Terms) else {key: _in_domain(setting)}).items()
            }
            for family, space in self.search_space.items()
        }

    @property
    def plan(self) -> FoldPlan:
        """Return the plan of the folds."""
        return FoldPlan(**msgspec.structs.asdict(self.cv))

    @property
    def fits(self) -> int:
        """Return how many folds are fitted at least: those of one recipe for each family, or of one trial."""
        return self.cv.n_splits * self.cv.n_repeats * (1 if self.stage == "optuna" else len(self.model))

    @property
    def policy(self) -> PromotionPolicy:
        """Return the policy of the promotion gate."""
        return PromotionPolicy(**msgspec.structs.asdict(self.gate))

    @property
    def source(self) -> Source:
        """Return the source of the rows."""
        return source_of(self.dataset)

    @property
    def flat(self) -> dict[str, object]:
        """Return all values by their dotted names, for the tracking store."""
        return dict(_flat(msgspec.to_builtins(self)))


def _in_domain(searched: _Int | _Float | _Choice) -> IntRange | FloatRange | Choice:
    match searched:
        case _Int(low=low, high=high, log=log):
            return IntRange(low, high, log)
        case _Float(low=low, high=high, log=log):
            return FloatRange(low, high, log)
        case _Choice(values=values):
            return Choice(values)


def _flat(value: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, value
