"""The sources of the rows that `medcost train` reads, decoded strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from domain.people.contract import MOST_BAD
from entrypoints.composition.plugins import DatasetPlugin, installed_datasets
from entrypoints.composition.strict_parts import AtLeastOne, StrictPart, decoded

SAMPLE: Final = 200_000
"""Default number of rows of a folder that one process reads."""


class File(StrictPart, frozen=True):
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
    map: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    on_bad: Literal["refuse", "drop"] = "refuse"
    most_bad: Annotated[float, msgspec.Meta(ge=0, le=1)] = MOST_BAD
    decimal: Literal[".", ","] | None = None
    sheet: str = ""


class Synthetic(StrictPart, frozen=True):
    """Invented people."""

    kind: Literal["synthetic"]
    rows: AtLeastOne
    seed: int


class Kaggle(StrictPart, frozen=True):
    """The public data set."""

    kind: Literal["kaggle"]
    handle: str


@dataclass(frozen=True, slots=True)
class OtherSource:
    """A data set of another package, with its options."""

    plugin: DatasetPlugin
    options: Mapping[str, Any]


Source: TypeAlias = File | Synthetic | Kaggle | OtherSource


def source_of(dataset: Mapping[str, Any]) -> Source:
    """Decode the group ``dataset`` of the configuration.

    Raises:
        ConfigurationError: for an unknown key or a value of the wrong type.
    """
    kind = str(dataset.get("kind"))
    if plugin := installed_datasets().usable.get(kind):
        options = {name: value for name, value in dataset.items() if name != "kind"}
        return OtherSource(plugin, msgspec.structs.asdict(decoded(options, plugin.options, "dataset")))
    kinds: dict[str, type[File | Synthetic | Kaggle]] = {"synthetic": Synthetic, "kaggle": Kaggle}
    return decoded(dataset, kinds.get(kind, File), "dataset")
