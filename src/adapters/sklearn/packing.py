"""The conversion of a distribution to and from plain arrays."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.features import Design
from adapters.sklearn.grouping import Grouping
from adapters.sklearn.means import Candidate, CostMean
from adapters.sklearn.predictive import PredictiveDistribution
from adapters.sklearn.ranks import RankDistribution, RankForest
from adapters.sklearn.trees import FlatTrees
from adapters.sklearn.zero_chance import ZeroChance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from domain.people.schema import Schema

    Array = NDArray[Any]

VERSION: Final = 2
"""The version of the layout. Folders of the first layout have no version, and hold sorted residuals only."""

_PARTS: Final[Mapping[str, type]] = {
    part.__name__: part
    for part in (
        Candidate, CostMean, Design, FlatTrees, ZeroChance, PredictiveDistribution, RankDistribution, RankForest,
        ResidualDistribution,
    )
}  # fmt: skip
_GROUPING: Final = "Grouping"


def packed(distribution: PredictiveDistribution) -> dict[str, Array]:
    """Return the arrays of a distribution, by the paths of their fields."""
    return {"version": np.array(VERSION), **dict(_arrays("distribution", distribution))}


def unpacked(arrays: Mapping[str, Array], schema: Schema) -> PredictiveDistribution:
    """Restore a distribution from arrays of the current layout or of the first.

    Args:
        arrays: as `packed` gives them.
        schema: which facts the rows carry.

    Raises:
        ValueError: for a layout of a later release, or one that holds other parts than a distribution has.
        KeyError: for an array that is missing.
    """
    if "version" not in arrays:
        return PredictiveDistribution(_first_layout(arrays, schema))
    if int(arrays["version"]) != VERSION:
        message = f"its distribution has layout {int(arrays['version'])}, and this release reads up to {VERSION}"
        raise ValueError(message)
    distribution = _part("distribution", arrays, schema)
    if not isinstance(distribution, PredictiveDistribution):
        message = "it holds no distribution"
        raise ValueError(message)  # noqa: TRY004  # the file is wrong
    return distribution


def _arrays(path: str, part: Any) -> Iterator[tuple[str, Array]]:
    if part is None:
        return
    if isinstance(part, Grouping):
        yield f"{path}.part", np.array(_GROUPING)
        yield f"{path}.names", np.array(part.names, dtype=np.str_)
    elif is_dataclass(part):
        yield f"{path}.part", np.array(type(part).__name__)
        for field in fields(part):
            if field.init:
                yield from _arrays(f"{path}.{field.name}", getattr(part, field.name))
    elif isinstance(part, tuple):
        yield f"{path}.count", np.array(len(part))
        for number, item in enumerate(part):
            yield from _arrays(f"{path}.{number}", item)
    else:
        yield path, np.asarray(part)


def _part(path: str, arrays: Mapping[str, Array], schema: Schema) -> Any:
    if path in arrays:
        array = arrays[path]
        return array if array.ndim else array.item()
    if f"{path}.count" in arrays:
        return tuple(_part(f"{path}.{number}", arrays, schema) for number in range(int(arrays[f"{path}.count"])))
    if f"{path}.part" not in arrays:
        return None
    name = str(arrays[f"{path}.part"])
    if name == _GROUPING:
        return Grouping.of(tuple(arrays[f"{path}.names"].tolist()), schema)
    part = _PARTS[name]
    return part(**{field.name: _part(f"{path}.{field.name}", arrays, schema) for field in fields(part) if field.init})


def _first_layout(arrays: Mapping[str, Array], schema: Schema) -> ResidualDistribution:
    ends = np.cumsum(arrays["sizes"])[:-1]
    return ResidualDistribution(
        Grouping.of(tuple(arrays["grouping"].tolist()), schema),
        float(arrays["floor"]),
        tuple(np.split(arrays["residuals"], ends)),
        arrays["quantiles"],
        tuple(np.split(arrays["weights"], ends)) if "weights" in arrays else (),
    )
