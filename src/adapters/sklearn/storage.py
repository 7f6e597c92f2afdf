"""Fitted models in the files of their folders: by skops with our own allow-list and plain arrays, never by pickle."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
import numpy as np
import skops.io

from adapters.common.schema_json import schema_of_json, schema_to_json
from adapters.sklearn import folder as files
from adapters.sklearn.families import trusted_types
from adapters.sklearn.hurdle import of_public_parts, to_public_parts
from adapters.sklearn.model import CostModel
from adapters.sklearn.packing import packed, unpacked
from adapters.sklearn.quick_skops import usually_trusted
from adapters.sklearn.support import Support
from adapters.sklearn.table import digests_of
from domain.errors import MedcostError, ModelRefused
from domain.models.manifest import MANIFEST, sha256
from domain.models.model import ModelCard, TrainedModel
from domain.monitoring.drift import Sample
from domain.people.claims import HIGHEST_ROW_DIGEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.table import Table
    from domain.people.schema import Schema

    Digests = NDArray[np.uint64]

TRUSTED: Final = (
    "numpy.clip",
    "numpy.dtype",
    "numpy.isclose",
    "numpy.take",
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.tree._tree.Tree",
)
"""The types of our families beyond public estimators and NumPy's ufuncs, which skops trusts by itself. The list is
never read from the file. Such types do not check their own arrays: the digest must match first."""


@dataclass(frozen=True, slots=True)
class LearntFrom:
    """The rows and people that a model learned from.

    Args:
        digests: the digests of them, or of a sample: those that are not above ``highest``.
        highest: people with codes above it are not recorded; the code of a row without a named person is its digest.
        people: the codes of the persons, where a role names them; else None.
    """

    digests: Digests
    highest: int = HIGHEST_ROW_DIGEST
    people: Digests | None = None

    @classmethod
    def of(cls, table: Table, highest: int = HIGHEST_ROW_DIGEST) -> Self:
        """Record the rows of a table."""
        digests, people = digests_of(table), np.unique(table.people)
        return cls(digests, highest, None if np.isin(people, digests).all() else people)

    def __len__(self) -> int:
        return len(self.digests)

    def surely_not(self, table: Table) -> NDArray[np.bool_]:
        """Return a mask of the rows of people from whom the model surely did not learn."""
        digests = digests_of(table)
        is_nameless = table.people == digests
        new = ~np.isin(digests, self.digests)
        if self.people is None:
            # who is named may be among those whose names were not noted
            return new & is_nameless & (digests <= np.uint64(self.highest))
        by_name = ~np.isin(table.people, self.people) & (table.people <= np.uint64(self.highest))
        # whether somebody without a name was drawn for a sample of people by their names is not known
        return new & np.where(is_nameless, self.highest == HIGHEST_ROW_DIGEST, by_name)


def write(model: CostModel, card: ModelCard, learnt_from: LearntFrom, into: Path) -> TrainedModel:
    """Write the folder ``into/medcost`` and seal it."""
    folder = into / files.NAME
    folder.mkdir()
    (folder / files.ESTIMATOR).write_bytes(skops.io.dumps(to_public_parts(model.estimator)))
    _save(folder / files.DISTRIBUTION, **packed(model.distribution))
    _save(
        folder / files.REFERENCE,
        background=model.background,
        known_answers=model.predict_arrays(model.background)[0],
        **model.support.as_arrays(),
    )
    named = {} if learnt_from.people is None else {"people": learnt_from.people}
    _save(folder / files.TRAINING_ROWS, digests=learnt_from.digests, highest=np.uint64(learnt_from.highest), **named)
    (folder / files.SCHEMA).write_bytes(schema_to_json(model.schema))
    (folder / files.CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2))
    return TrainedModel(folder, files.seal(folder), card)


def opened(folder: Path) -> TrainedModel:
    """Open a folder by the digest of its own manifest: its files are whole, but only a ledger can tell their origin.

    Raises:
        ModelRefused: as `files.read_verified`, or if its card cannot be read.
    """
    try:
        digest = sha256((folder / MANIFEST).read_bytes())
        card = msgspec.json.decode(files.read_verified(folder, digest)[files.CARD], type=ModelCard)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{folder} is no model folder: {error}"
        raise ModelRefused(message) from error
    return TrainedModel(folder, digest, card)


def read(folder: Path, digest: str) -> tuple[CostModel, LearntFrom]:
    """Verify a folder, load its model, and check that it reproduces its recorded answers.

    Returns:
        The model, and the rows that it learnt from.

    Raises:
        ModelRefused: as `files.read_verified`, or if a type is not allowed, or the recorded answers differ.
    """
    contents = files.read_verified(folder, digest)
    try:
        estimator = of_public_parts(_estimator_in(contents[files.ESTIMATOR]))
        arrays = _load(contents[files.DISTRIBUTION])
        reference = _load(contents[files.REFERENCE])
        schema = _schema_in(contents)
        model = CostModel(
            estimator, unpacked(arrays, schema), Support.from_arrays(reference, schema), reference["background"]
        )
        answers, _ = model.predict_arrays(model.background)
        rows = _load(contents[files.TRAINING_ROWS])
        learnt_from = LearntFrom(rows["digests"], int(rows.get("highest", HIGHEST_ROW_DIGEST)), rows.get("people"))
    except Exception as error:  # a foreign file may make a library raise anything
        message = f"the model folder holds what may not be loaded: {error}"
        raise ModelRefused(message) from error
    recorded = reference["known_answers"]  # 100 columns where the folder is of a release that gave no chance of no cost
    if not np.allclose(answers[:, : recorded.shape[1]], recorded, rtol=0, atol=0.01):
        message = "the model does not give the answers here that it gave where it was made"
        raise ModelRefused(message)
    return model, learnt_from


def read_reference(folder: Path, digest: str) -> Sample:
    """Verify a folder and read its sample of training rows.

    The costs of the rows have the name of the schema's cost column; their expected costs out of fold, ``expected``, are
    there if the folder has them.

    Raises:
        ModelRefused: as `files.read_verified`, or if no such rows can be read.
    """
    contents = files.read_verified(folder, digest)
    schema = _schema_in(contents)
    try:
        arrays = _load(contents[files.REFERENCE])
        more = {schema.cost.column: arrays["charges"]} | {name: arrays[name] for name in arrays.keys() & {"expected"}}
        return Sample(schema, arrays["rows"], more)
    except (KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
        message = f"the model folder holds no rows to compare with: {error}"
        raise ModelRefused(message) from error


def _estimator_in(content: bytes) -> Any:
    allowed = [*TRUSTED, *trusted_types()]
    usual = usually_trusted(skops.io.get_untrusted_types(data=content))
    return skops.io.loads(content, trusted=allowed + usual)


def _save(file: Path, **arrays: Any) -> None:
    np.savez(file, allow_pickle=False, **arrays)


def _load(content: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return dict(stored)


def _schema_in(contents: Mapping[str, bytes]) -> Schema:
    """Return the schema of a folder; folders older than schemas have the first one, which never changes.

    Raises:
        ModelRefused: if what is kept is no schema.
    """
    if files.SCHEMA not in contents:
        return schema_of_json(resources.files("adapters.sklearn").joinpath("first_schema.json").read_bytes())
    try:
        return schema_of_json(contents[files.SCHEMA])
    except MedcostError as error:
        message = f"the model folder holds what may not be loaded: {error}"
        raise ModelRefused(message) from error
