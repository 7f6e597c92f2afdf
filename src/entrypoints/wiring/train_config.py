"""What `medcost train` is told: composed by Hydra from config/, decoded strictly."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException, HydraException
from omegaconf import OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from domain.errors import ConfigurationError
from domain.evaluation import Metric
from domain.model import Choice, FloatRange, FoldPlan, IntRange, Recipe, SearchSpace
from domain.promotion import PromotionPolicy
from entrypoints.wiring.settings import TREE

Stage = Literal["training", "optuna", "all"]
Transform = Literal["none", "log", "quantile", "power"]
Value: TypeAlias = bool | int | float | str | None
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]

SAMPLE: Final = 200_000
"""Rows of a folder that are looked at in one place, unless another number is said."""

_CONFIG: Final = TREE / "config"
_EXAMPLES: Final = {
    "dataset.path": "dataset=csv dataset.path=FILE",
    "executor.address": "executor=dask executor.address=tcp://HOST:8786",
}


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of the configuration: nothing unknown passes."""


class File(_Part, frozen=True):
    """Rows of a file, or of a folder of Parquet files: of these about ``sample`` are looked at in one place.

    ``year`` of the costs, such as 2024 or "2023 and 2024", stands beside every answer.
    """

    kind: Literal["csv", "parquet"]
    path: str
    year: int | str | None
    sample: AtLeastOne = SAMPLE


class Synthetic(_Part, frozen=True):
    """Invented people."""

    kind: Literal["synthetic"]
    rows: AtLeastOne
    seed: int


class Kaggle(_Part, frozen=True):
    """The public data set."""

    kind: Literal["kaggle"]
    handle: str


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


class Model(_Part, frozen=True):
    """A family: the transforms that suit it, and its hyperparameters before any tuning."""

    transforms: tuple[Transform, ...]
    hyperparameters: dict[str, Value]


class Folds(_Part, frozen=True):
    """How rows are split."""

    n_splits: Annotated[int, msgspec.Meta(ge=2)]
    n_repeats: AtLeastOne
    test_size: Share
    seed: int


class Selection(_Part, frozen=True):
    """By what families are compared."""

    metric: Metric


class Tuning(_Part, frozen=True):
    """The budget of a study. ``timeout`` in seconds; ``patience`` in trials without a better one."""

    n_trials: AtLeastOne
    timeout: Positive | None
    patience: AtLeastOne | None
    study: str | None


class Sampler(_Part, frozen=True):
    """How hyperparameters are drawn."""

    kind: Literal["tpe", "random"]
    seed: int
    startup_trials: AtLeastOne = 10


class Pruner(_Part, frozen=True):
    """Which trials are given up early; a step is a fold. `adapters.optuna.options` says what each figure means."""

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
    milliseconds: Positive
    megabytes: Positive
    single_fact_r2: float
    outcomes: bool


class Tracking(_Part, frozen=True):
    """Where experiments are kept; None leaves it to the settings."""

    uri: str | None


class Local(_Part, frozen=True, tag_field="kind", tag="local"):
    """Everything in this process."""

    @property
    def address(self) -> str:
        """Nobody else works."""
        return ""


class Dask(_Part, frozen=True, tag_field="kind", tag="dask"):
    """On the workers of the scheduler at this address."""

    address: str


class TrainConfig(_Part, frozen=True):
    """All that a training is told."""

    stage: Stage
    seed: int
    dataset: dict[str, Any]
    transform: Transforms
    model: dict[str, Model]
    search_space: dict[str, dict[str, _Int | _Float | _Choice]]
    cv: Folds
    selection: Selection
    tuning: Tuning
    sampler: Sampler
    pruner: Pruner
    gate: Gate
    tracking: Tracking
    executor: Local | Dask

    @property
    def recipes(self) -> list[Recipe]:
        """Each family with each transform that suits it and is to be tried; one without any tries its first."""
        return [
            Recipe(family=family, transform=transform, hyperparameters=model.hyperparameters)
            for family, model in self.model.items()
            for transform in [one for one in model.transforms if one in self.transform.tried] or model.transforms[:1]
        ]

    @property
    def spaces(self) -> dict[str, SearchSpace]:
        """What tuning may change, by family."""
        return {
            family: {name: _in_domain(one) for name, one in space.items()}
            for family, space in self.search_space.items()
        }

    @property
    def plan(self) -> FoldPlan:
        """The folds."""
        return FoldPlan(**msgspec.structs.asdict(self.cv))

    @property
    def policy(self) -> PromotionPolicy:
        """What the gate asks."""
        return PromotionPolicy(**msgspec.structs.asdict(self.gate))

    @property
    def source(self) -> File | Synthetic | Kaggle:
        """Where the rows come from."""
        kinds: dict[str, type[File | Synthetic | Kaggle]] = {"synthetic": Synthetic, "kaggle": Kaggle}
        return _decoded(self.dataset, kinds.get(str(self.dataset.get("kind")), File), "dataset")

    @property
    def flat(self) -> dict[str, object]:
        """Dotted names to values, for the record."""
        return dict(_flat(msgspec.to_builtins(self)))


def compose_training(overrides: Sequence[str], *, data: str = "") -> TrainConfig:
    """Compose config/train.yaml with Hydra overrides and decode it.

    Args:
        overrides: ``stage=all``, ``dataset=csv``, ``cv.n_splits=10``, ``model=[linear,forest]``, in any order.
        data: a claims file that is used where no override names a data set.

    Raises:
        ConfigurationError: for an unknown group, option or key, or a value of the wrong type; the text names it.
    """
    said = list(overrides)
    if data and not any(one.startswith(("dataset=", "dataset.")) for one in said):
        kind = "parquet" if data.lower().endswith(".parquet") else "csv"
        said += [f"dataset={kind}", "dataset.path=" + _quoted(data)]
    with initialize_config_dir(str(_CONFIG), version_base="1.3"):
        known = list(_names())
        for one in said:
            _refuse_unknown(one, known)
        try:
            composed = OmegaConf.to_container(
                compose("train", overrides=[_with_quoted_path(one) for one in said]),
                resolve=True,
                throw_on_missing=True,
            )
        except MissingMandatoryValue as error:
            key = error.full_key or "dataset.path"
            message = f"{key} must be said: {_EXAMPLES.get(key, f'{key}=…')}"
            raise ConfigurationError(message) from error
        except ConfigCompositionException as error:
            # the key exists in some option of its group, so it is the option that was not chosen
            message = f"{_overridden(error)} does not belong to the options chosen: choose its option, too"
            raise ConfigurationError(message) from error
        except (HydraException, OmegaConfBaseException) as error:
            message = _one_line(error)
            raise ConfigurationError(message) from error
    config = _decoded(composed, TrainConfig, "")
    _ = config.source
    return config


def _in_domain(searched: _Int | _Float | _Choice) -> IntRange | FloatRange | Choice:
    match searched:
        case _Int(low=low, high=high, log=log):
            return IntRange(low, high, log)
        case _Float(low=low, high=high, log=log):
            return FloatRange(low, high, log)
        case _Choice(values=values):
            return Choice(values)


def _names() -> Iterator[str]:
    """Give all groups and, dotted, all keys that there are: each option of each group contributes its own."""
    yield from (key for key in _yaml(_CONFIG / "train.yaml") if key != "defaults")
    for group in sorted(folder for folder in _CONFIG.iterdir() if folder.is_dir() and folder.name != "profile"):
        yield group.name
        for option in sorted(group.glob("*.yaml")):
            # families stand side by side below these two groups: the directive "@package model.linear" does it
            package = f"{group.name}.{option.stem}" if group.name in ("model", "search_space") else group.name
            yield package
            yield from (f"{package}.{name}" for name in _keys(_yaml(option)))


def _keys(tree: Mapping[str, object]) -> Iterator[str]:
    for name, value in tree.items():
        yield name
        if isinstance(value, Mapping):
            yield from (f"{name}.{inner}" for inner in _keys(value))


def _refuse_unknown(override: str, known: Sequence[str]) -> None:
    name, sign, value = override.partition("=")
    if not sign or not name or name[0] in "+~":
        message = f"{override!r} is no override: write key=value, such as cv.n_splits=10"
        raise ConfigurationError(message)
    if name not in known:
        message = f"there is no key {name!r}" + _nearest(name, known)
        raise ConfigurationError(message)
    if (_CONFIG / name).is_dir():
        if value.strip("[] ") == "":
            message = f"{name} must name at least one: choose from {', '.join(_options(name))}"
            raise ConfigurationError(message)
        options = _options(name)
        for option in value.strip("[]").split(","):
            if option.strip() not in options:
                hint = _nearest(option.strip(), options) or f": choose from {', '.join(options)}"
                message = f"there is no {name} {option.strip()!r}" + hint
                raise ConfigurationError(message)


def _options(group: str) -> list[str]:
    return sorted(option.stem for option in (_CONFIG / group).glob("*.yaml"))


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    near = near or [one for one in known if "." in one and one.rpartition(".")[2] == name][:1]
    return f": did you mean {near[0]!r}?" if near else ""


def _with_quoted_path(override: str) -> str:
    """Let a path or an address hold what has a meaning in Hydra's grammar, such as = or a comma."""
    name, _, value = override.partition("=")
    is_free = name in ("dataset.path", "executor.address") and value[:1] not in ("'", '"')
    return f"{name}={_quoted(value)}" if is_free else override


def _quoted(text: str) -> str:
    escaped = text.replace("'", "\\'")
    return f"'{escaped}'"


def _decoded(values: Any, kind: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        full = ".".join(part for part in (where, place) if part)
        message = f"{full}: {what}" if full else what
        raise ConfigurationError(message) from error


def _flat(value: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, value


def _yaml(file: Path) -> dict[str, Any]:
    return OmegaConf.to_container(OmegaConf.load(file), resolve=False) or {}  # type: ignore[return-value]  # a mapping


def _overridden(error: Exception) -> str:
    """Find the key in Hydra's words: "Could not override 'dataset.path'. To append …"."""
    return str(error).partition("'")[2].partition("'")[0] or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
