"""Hydra's overrides: checked by name, then composed with config/ (https://hydra.cc/docs/advanced/compose_api)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hydra import compose, initialize_config_dir
from hydra.errors import ConfigCompositionException, HydraException
from omegaconf import OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from domain.errors import ConfigurationError
from entrypoints.wiring.settings import TREE
from entrypoints.wiring.train_config import TrainConfig, decoded

_CONFIG: Final = TREE / "config"
_EXAMPLES: Final = {
    "dataset.path": "dataset=csv dataset.path=FILE",
    "executor.address": "executor=dask executor.address=tcp://HOST:8786",
}


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
    config = decoded(composed, TrainConfig, "")
    _ = config.source
    return config


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


def _yaml(file: Path) -> dict[str, Any]:
    kept = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    return {str(name): value for name, value in kept.items()} if isinstance(kept, dict) else {}


def _overridden(error: Exception) -> str:
    """Find the key in Hydra's words: "Could not override 'dataset.path'. To append …"."""
    return str(error).partition("'")[2].partition("'")[0] or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
