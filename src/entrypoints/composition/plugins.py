"""Options that installed packages add to the training configuration: model families and data sets.

Families are entry points of the group `medcost.families`, see `adapters.sklearn.plugins`. Data sets are entry points of
the group `medcost.datasets`: each names a class or function that takes the schema and, by keyword, options, and returns
a `ClaimsDataset`. The options and their defaults are read from its signature.
"""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from adapters.common.plugins import FAMILIES, Plugins, plugins
from domain.models.model import Choice, FloatRange, IntRange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.metadata import EntryPoint

    from adapters.sklearn.family import Family
    from domain.ports.dataset import ClaimsDataset

DATASETS: Final = "medcost.datasets"
_OURS: Final = frozenset({"csv", "parquet", "synthetic", "kaggle"})
_KINDS: Final[dict[type, str]] = {IntRange: "int", FloatRange: "float", Choice: "choice"}
_MISSING: Final = "???"
"""What Hydra takes for a value that must be given."""


@dataclass(frozen=True, slots=True)
class DatasetPlugin:
    """A data set of another package.

    Args:
        make: gives the data set from the schema and the options.
        options: a struct whose fields are the options.
    """

    make: Callable[..., ClaimsDataset]
    options: type[msgspec.Struct]

    @property
    def defaults(self) -> dict[str, object]:
        """Return the options with their defaults."""
        fields = msgspec.structs.fields(self.options)
        return {field.name: _MISSING if field.required else field.default for field in fields}


@cache
def installed_families() -> Plugins[Family]:
    """Return the families of installed packages; without any, no library that trains is imported."""
    if not entry_points(group=FAMILIES):
        return Plugins({}, {})
    from adapters.sklearn import families
    from adapters.sklearn import plugins as family_plugins

    return family_plugins.installed_families(frozenset(families.FAMILIES))


@cache
def installed_datasets() -> Plugins[DatasetPlugin]:
    """Return the data sets of installed packages."""
    return plugins(DATASETS, dataset_in, taken=_OURS)


def dataset_in(_point: EntryPoint, offered: Any) -> DatasetPlugin:
    """Read what an entry point names.

    Raises:
        TypeError: if it cannot be called with a schema and options.
    """
    if not callable(offered):
        message = f"it must name a class or function, not a {type(offered).__name__}"
        raise TypeError(message)
    _schema, *options = inspect.signature(offered, eval_str=True).parameters.values()
    wrong = [option.name for option in options if option.kind is not option.KEYWORD_ONLY]
    untyped = [option.name for option in options if option.annotation is option.empty]
    if wrong or untyped:
        message = f"after the schema it must take options by keyword, with types; see {', '.join(wrong or untyped)}"
        raise TypeError(message)
    fields = [
        (option.name, option.annotation, *(() if option.default is option.empty else (option.default,)))
        for option in options
    ]
    make = cast("Callable[..., ClaimsDataset]", offered)  # what it returns shows when it is called
    return DatasetPlugin(make, msgspec.defstruct("Options", fields, forbid_unknown_fields=True, kw_only=True))


def options_of(group: str) -> dict[str, dict[str, Any]]:
    """Return the options that installed packages add to a group of the configuration, as its files would say them."""
    match group:
        case "model":
            return {name: _model(family) for name, family in installed_families().usable.items()}
        case "search_space":
            return {name: _space(family) for name, family in installed_families().usable.items()}
        case "dataset":
            offered = installed_datasets().usable
            return {name: {"kind": name, **dataset.defaults} for name, dataset in offered.items()}
        case _:
            return {}


def faults_of(group: str) -> Mapping[str, str]:
    """Return why options of installed packages cannot be used, by their names."""
    match group:
        case "model" | "search_space":
            return installed_families().faults
        case "dataset":
            return installed_datasets().faults
        case _:
            return {}


def faults() -> list[str]:
    """Return why plug-ins of installed packages cannot be used."""
    return [*installed_families().faults.values(), *installed_datasets().faults.values()]


def _model(family: Family) -> dict[str, Any]:
    terms = {"terms": True} if family.with_terms else {}
    return {"transforms": list(family.transforms), "hyperparameters": dict(family.defaults), **terms}


def _space(family: Family) -> dict[str, Any]:
    terms = {"terms": {"kind": "terms"}} if family.with_terms else {}
    ranges = {name: {"kind": _KINDS[type(part)], **asdict(part)} for name, part in family.space.items()}
    return {**terms, **{name: {**part, **_listed(part)} for name, part in ranges.items()}}


def _listed(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"values": list(part["values"])} if "values" in part else {}
