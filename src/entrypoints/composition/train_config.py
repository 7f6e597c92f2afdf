"""The configuration of `medcost train`, decoded strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from domain.errors import ConfigurationError
from domain.models.evaluation import Metric
from domain.models.model import Choice, FloatRange, FoldPlan, IntRange, Recipe, SearchSpace
from domain.models.promotion import PromotionPolicy
from domain.models.term_settings import TermSettings
from domain.people.schema import Schema
from entrypoints.composition.plugins import DatasetPlugin, installed_datasets

Stage = Literal["training", "optuna", "all"]
Transform = Literal["none", "log", "quantile", "power"]
Value: TypeAlias = bool | int | float | str | None
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]

SAMPLE: Final = 200_000
"""Default number of rows of a folder that one process reads."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of the configuration; unknown keys are refused."""


class File(_Part, frozen=True):
    """Rows of a file, or of a folder of Parquet files, of which one process reads about ``sample`` rows.

    ``year`` of the costs, such as 2024 or "2023 and 2024", is shown with every prediction; without one, that of the
    schema is. ``map`` names the fact of a column and the meaning of its words; ``decimal`` is the decimal sign if cells
    are ambiguous; ``sheet`` is the sheet of a workbook. With ``on_bad: drop``, rows that break the contract are left
    out, at most the share ``most_bad``.
    """

    kind: Literal["csv", "parquet"]
    path: str
    year: int | str | None
    sample: AtLeastOne = SAMPLE
    map: dict[str, str] = {}
    on_bad: Literal["refuse", "drop"] = "refuse"
    most_bad: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.1
    decimal: Literal[".", ","] | None = None
    sheet: str = ""


class Synthetic(_Part, frozen=True):
    """Invented people."""

    kind: Literal["synthetic"]
    rows: AtLeastOne
    seed: int


class Kaggle(_Part, frozen=True):
    """The public data set."""

    kind: Literal["kaggle"]
    handle: str


@dataclass(frozen=True, slots=True)
class OtherSource:
    """A data set of another package, with its options."""

    plugin: DatasetPlugin
    options: Mapping[str, Any]


class Transforms(_Part, frozen=True):
    """Transforms of the target to try, where a family lists them."""

    tried: tuple[Transform, ...]


class _Int(_Part, frozen=True, tag_field="kind", tag="int"):
    low: int
    high: int
    log: bool = False


class _Float(_Part, frozen=True, tag_field="kind", tag="float"):
    low: float
    high: float
    log: bool = False


class _Choice(_Part, frozen=True, tag_field="kind", tag="choice"):
    values: tuple[Value, ...]


class _Terms(_Part, frozen=True, tag_field="kind", tag="terms"):
    """The search space of the terms of a schema, see `TermSettings`."""


class Model(_Part, frozen=True):
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


class Training(_Part, frozen=True):
    """Limits on the time of a comparison.

    A recipe is left out if its first fold predicts more than ``family_seconds`` for all folds; None for no limit.
    """

    family_seconds: Positive | None


class Folds(_Part, frozen=True):
    """The split of people into folds, see `FoldPlan`."""

    n_splits: Annotated[int, msgspec.Meta(ge=2)]
    n_repeats: AtLeastOne
    test_size: Share
    seed: int
    later: Share = 0.0


class Selection(_Part, frozen=True):
    """The metric that families are compared by."""

    metric: Metric


class Tuning(_Part, frozen=True):
    """The budget of a study. ``timeout`` in seconds; ``patience`` in trials without a better one."""

    n_trials: AtLeastOne
    timeout: Positive | None
    patience: AtLeastOne | None
    study: str | None


class Sampler(_Part, frozen=True):
    """The sampler of hyperparameters."""

    kind: Literal["tpe", "random"]
    seed: int
    startup_trials: AtLeastOne = 10


class Pruner(_Part, frozen=True):
    """The pruner of trials; a step is a fold. The options are explained in `adapters.optuna.options`."""

    kind: Literal["median", "hyperband", "successive_halving", "patient", "none"]
    startup_trials: int = 5
    warmup_steps: int = 2
    patience: AtLeastOne = 2
    min_resource: AtLeastOne = 1
    max_resource: AtLeastOne | None = None
    reduction_factor: Annotated[int, msgspec.Meta(ge=2)] = 3


class Gate(_Part, frozen=True):
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


class Tracking(_Part, frozen=True):
    """The address of the tracking store; None for that of the settings."""

    uri: str | None


class Local(_Part, frozen=True, tag_field="kind", tag="local"):
    """Work in processes of this machine; None for one for each core, up to four."""

    processes: AtLeastOne | None

    @property
    def address(self) -> str:
        """Return no address: no other machine works."""
        return ""


class Dask(_Part, frozen=True, tag_field="kind", tag="dask"):
    """Work on the workers of the Dask scheduler at this address."""

    address: str

    @property
    def processes(self) -> int:
        """Return one: this process waits for the workers."""
        return 1


class TrainConfig(_Part, frozen=True):
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
    def source(self) -> File | Synthetic | Kaggle | OtherSource:
        """Return the source of the rows."""
        if str(self.dataset.get("kind")) in (others := installed_datasets().usable):
            plugin = others[str(self.dataset["kind"])]
            options = {name: value for name, value in self.dataset.items() if name != "kind"}
            return OtherSource(plugin, msgspec.structs.asdict(decoded(options, plugin.options, "dataset")))
        kinds: dict[str, type[File | Synthetic | Kaggle]] = {"synthetic": Synthetic, "kaggle": Kaggle}
        return decoded(self.dataset, kinds.get(str(self.dataset.get("kind")), File), "dataset")

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


def decoded(values: Any, kind: type[Any], where: str) -> Any:
    """Convert plain values strictly; ``where`` is the dotted name that they stand under.

    Raises:
        ConfigurationError: for an unknown key or a value of the wrong type; the text names it.
    """
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        full = ".".join(part for part in (where, place) if part)
        if choices := _choices_at(kind, place):
            what += f": choose one of {', '.join(choices)}"
        message = f"{full}: {what}" if full else what
        raise ConfigurationError(message) from error


def _choices_at(kind: type[Any], place: str) -> list[str]:
    """Return the words that are possible at a place below a type; none where others are, too."""
    info: Any = msgspec.inspect.type_info(kind)
    for name in place.split("."):
        info = next((field.type for field in getattr(info, "fields", ()) if field.encode_name == name), None)
    return [str(value) for value in getattr(info, "values", ())]


def _flat(value: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, value
