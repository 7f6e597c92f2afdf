"""Hydra's overrides: checked by name, then composed with config/ (https://hydra.cc/docs/advanced/compose_api)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import ConfigCompositionException, HydraException
from omegaconf import OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from domain.errors import ConfigurationError
from domain.people.matching import mapped_pair
from entrypoints.composition.family_files import check_package, check_search_spaces
from entrypoints.composition.plugins import faults_of, options_of
from entrypoints.composition.settings import TREE, Settings
from entrypoints.composition.strict_parts import decoded
from entrypoints.composition.train_config import TrainConfig

_CONFIG: Final = TREE / "config"
_MAP: Final = "dataset.map."
_SCHEMA: Final = "schema="
_BY_FAMILY: Final = ("model", "search_space")
"""Groups whose options have a package each, by the directive "@package model.linear"."""
_ELSEWHERE: Final = ("profile", "schema")
"""Folders of config/ that are no groups of the training configuration: settings choose among their files."""
_TERM: Final = re.compile(r"(?:model\.(\w+)\.hyperparameters|search_space\.(\w+))\.(\w+)", re.ASCII)
_EXAMPLES: Final = {
    "dataset.path": "dataset=csv dataset.path=FILE",
    "executor.address": "executor=dask executor.address=tcp://HOST:8786",
}


def with_schema(overrides: Sequence[str], settings: Settings) -> tuple[list[str], Settings]:
    """Return the overrides of Hydra's configuration, and the settings with the schema that ``schema=`` names."""
    rest = [override for override in overrides if not override.startswith(_SCHEMA)]
    named = [override.removeprefix(_SCHEMA).strip() for override in overrides if override.startswith(_SCHEMA)]
    if not named:
        return rest, settings
    if not named[-1]:
        message = "schema= names no schema: write schema=insurance, or schema=./my.yaml"
        raise ConfigurationError(message)
    return rest, msgspec.structs.replace(settings, schema=named[-1])


def compose_training(overrides: Sequence[str], *, data: str = "") -> TrainConfig:
    """Compose config/train.yaml with Hydra overrides and decode it.

    Args:
        overrides: ``stage=all``, ``dataset=csv``, ``cv.n_splits=10``, ``model=[linear,forest]``, in any order.
        data: a claims file that is used where no override names a data set.

    Raises:
        ConfigurationError: for an unknown group, option or key, or a value of the wrong type; the text names it.
    """
    overrides = list(overrides)
    if data and not any(override.startswith(("dataset=", "dataset.path=")) for override in overrides):
        kind = "parquet" if data.lower().endswith(".parquet") else "csv"
        overrides += [f"dataset={kind}", "dataset.path=" + _quoted(data)]
    # names of columns and words in files may break Hydra's grammar, so mappings are not passed through Hydra
    given = (override.removeprefix(_MAP) for override in overrides if override.startswith(_MAP))
    mapped = dict(mapped_pair(text, _MAP) for text in given)
    overrides = [override for override in overrides if not override.startswith(_MAP)]
    with initialize_config_dir(str(_CONFIG), version_base="1.3"):
        names = _names()
        _store_options_of_other_packages()
        if not any(override.startswith("search_space=") for override in overrides):
            overrides = [f"search_space=[{','.join(_options('search_space'))}]", *overrides]
        terms = {override: _family_of_term(override, names) for override in overrides}
        for override in overrides:
            if not terms[override]:
                _refuse_unknown(override, names)
        hydra_overrides = [("+" if terms[override] else "") + _with_quoted_path(override) for override in overrides]
        try:
            composed: Any = OmegaConf.to_container(
                compose("train", overrides=hydra_overrides), resolve=True, throw_on_missing=True
            )
        except MissingMandatoryValue as error:
            key = error.full_key or "dataset.path"
            message = f"{key} is missing: {_EXAMPLES.get(key, f'{key}=…')}"
            raise ConfigurationError(message) from error
        except ConfigCompositionException as error:
            # all keys were checked above, so the key belongs to an option of its group that was not chosen
            message = f"{_overridden(error)} does not belong to the options chosen: choose its option, too"
            raise ConfigurationError(message) from error
        except (HydraException, OmegaConfBaseException) as error:
            message = _one_line(error)
            raise ConfigurationError(message) from error
    for override, family in terms.items():
        if family and "transforms" not in composed["model"].get(family, {}) and override.startswith("model."):
            message = f"{override.partition('=')[0]} does not belong to the options chosen: choose its option, too"
            raise ConfigurationError(message)
    config = decoded(_with_map(composed, mapped), TrainConfig, "")
    check_search_spaces(config.model, _options("search_space"))
    _ = config.source
    return config


def _with_map(composed: Any, mapped: Mapping[str, str]) -> Any:
    if not mapped:
        return composed
    dataset = composed["dataset"]
    if "map" not in dataset:
        message = f"{_MAP}{next(iter(mapped))} belongs to files: say dataset=csv or dataset=parquet, too"
        raise ConfigurationError(message)
    return {**composed, "dataset": {**dataset, "map": {**dataset["map"], **mapped}}}


@cache
def _names() -> tuple[str, ...]:
    """Return the names of all groups and, dotted, the keys of all their options."""
    return tuple(_read_names())


def _read_names() -> Iterator[str]:
    yield from (key for key in _yaml(_CONFIG / "train.yaml") if key != "defaults")
    for group in sorted(folder for folder in _CONFIG.iterdir() if folder.is_dir() and folder.name not in _ELSEWHERE):
        yield group.name
        for option in _options(group.name):
            package = f"{group.name}.{option}" if group.name in _BY_FAMILY else group.name
            file = group / f"{option}.yaml"
            if group.name in _BY_FAMILY and file.is_file():
                check_package(file, package)
            yield package
            yield from (f"{package}.{name}" for name in _keys(_option(group.name, option)))


def _family_of_term(override: str, names: Sequence[str]) -> str:
    """Return the family of a setting that follows from the terms of the schema; empty for any other override."""
    name = override.partition("=")[0]
    match = _TERM.fullmatch(name)
    family = (match[1] or match[2]) if match else ""
    is_family = family in _options("model")
    return family if is_family and name not in names and _option("model", family).get("terms") else ""


def _keys(tree: Mapping[str, object]) -> Iterator[str]:
    for name, value in tree.items():
        yield name
        if isinstance(value, Mapping):
            yield from (f"{name}.{inner}" for inner in _keys(value))


def _refuse_unknown(override: str, names: Sequence[str]) -> None:
    name, sign, value = override.partition("=")
    if not sign or not name or name[0] in "+~":
        message = f"{override!r} is no override: write key=value, such as cv.n_splits=10"
        raise ConfigurationError(message)
    if name not in names:
        message = f"there is no key {name!r}" + _nearest(name, names)
        raise ConfigurationError(message)
    if (_CONFIG / name).is_dir():
        if value.strip("[] ") == "":
            message = f"{name} must name at least one: choose from {', '.join(_options(name))}"
            raise ConfigurationError(message)
        options, faults = _options(name), faults_of(name)
        for option in value.strip("[]").split(","):
            if fault := faults.get(option.strip()):
                message = f"the {name} {option.strip()!r} is there, but {fault}"
                raise ConfigurationError(message)
            if option.strip() not in options:
                hint = _nearest(option.strip(), options) or f": choose from {', '.join(options)}"
                message = f"there is no {name} {option.strip()!r}" + hint
                raise ConfigurationError(message)


def _options(group: str) -> list[str]:
    return sorted([*(option.stem for option in (_CONFIG / group).glob("*.yaml")), *options_of(group)])


def _option(group: str, name: str) -> dict[str, Any]:
    file = _CONFIG / group / f"{name}.yaml"
    return _yaml(file) if file.is_file() else options_of(group)[name]


def _store_options_of_other_packages() -> None:
    """Register the options of installed packages with Hydra."""
    for group in ("dataset", *_BY_FAMILY):
        for name, node in options_of(group).items():
            package = f"{group}.{name}" if group in _BY_FAMILY else group
            ConfigStore.instance().store(name, node, group=group, package=package, provider="medcost")


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    near = near or [dotted for dotted in names if "." in dotted and dotted.rpartition(".")[2] == name][:1]
    return f": did you mean {near[0]!r}?" if near else ""


def _with_quoted_path(override: str) -> str:
    """Quote a path or an address, which may contain characters of Hydra's grammar such as = or a comma."""
    name, _, value = override.partition("=")
    is_free = name in ("dataset.path", "dataset.sheet", "executor.address") and value[:1] not in ("'", '"')
    return f"{name}={_quoted(value)}" if is_free else override


def _quoted(text: str) -> str:
    escaped = text.replace("'", "\\'")
    return f"'{escaped}'"


def _yaml(file: Path) -> dict[str, Any]:
    content = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    return {str(name): value for name, value in content.items()} if isinstance(content, dict) else {}


def _overridden(error: Exception) -> str:
    """Return the key that Hydra's message names: "Could not override 'dataset.path'. To append …"."""
    return str(error).partition("'")[2].partition("'")[0] or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
