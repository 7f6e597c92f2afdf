"""A fitted model to and from the files of its folder. Never pickle: skops with our own allow-list, and plain arrays."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import skops.io

from adapters.sklearn import folder as files
from adapters.sklearn.distribution import ResidualDistribution
from adapters.sklearn.model import CostModel
from adapters.sklearn.support import Support
from domain.claims import HIGHEST_ROW_DIGEST, row_digests
from domain.errors import ModelRefused
from domain.manifest import MANIFEST, sha256
from domain.model import ModelCard, TrainedModel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.fitting import Table

TRUSTED: Final = (
    "numpy.clip",
    "numpy.take",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.tree._tree.Tree",
)
"""What our families are made of beyond public estimators and NumPy's ufuncs, which skops trusts by itself. Never taken
from the file that asks to be trusted. Such parts do not check their own arrays: the digest must match first."""


@dataclass(frozen=True, slots=True)
class LearntFrom:
    """The rows that a model learnt from.

    Args:
        digests: of them, or of a sample: those that are not above ``highest``.
        highest: nothing is known of rows whose digest is above it.
    """

    digests: NDArray[np.uint64]
    highest: int = HIGHEST_ROW_DIGEST

    def __len__(self) -> int:
        return len(self.digests)

    def surely_not(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell which rows it surely did not learn from."""
        return ~np.isin(digests, self.digests) & (digests <= np.uint64(self.highest))


def write(model: CostModel, card: ModelCard, learnt_from: LearntFrom, into: Path) -> TrainedModel:
    """Write the folder ``into/medcost`` and seal it."""
    folder = into / files.NAME
    folder.mkdir()
    (folder / files.ESTIMATOR).write_bytes(skops.io.dumps(model.estimator))
    distribution, support = model.distribution, model.support
    _save(
        folder / files.DISTRIBUTION,
        grouping=np.array(distribution.grouping, dtype="U16"),
        floor=np.array(distribution.floor),
        quantiles=distribution.quantiles,
        residuals=np.concatenate(distribution.groups),
        sizes=np.array([len(group) for group in distribution.groups]),
    )
    _save(
        folder / files.REFERENCE,
        background=model.background,
        known_answers=model.predict_arrays(model.background)[0],
        lows=support.lows,
        highs=support.highs,
        rows=support.rows,
        charges=support.charges,
        **({} if support.expected is None else {"expected": support.expected}),
    )
    _save(folder / files.TRAINING_ROWS, digests=learnt_from.digests, highest=np.uint64(learnt_from.highest))
    (folder / files.CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2))
    return TrainedModel(folder, files.seal(folder), card)


def opened(folder: Path) -> TrainedModel:
    """Know a folder by its own manifest: its files are whole, but who made them, only a ledger could tell.

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
    """Verify a folder, bring its model to life and see that it answers as it did when it was made.

    Returns:
        The model, and the rows that it learnt from.

    Raises:
        ModelRefused: as `files.read_verified`, or if a type is not allowed, or the known answers differ.
    """
    contents = files.read_verified(folder, digest)
    try:
        estimator = skops.io.loads(contents[files.ESTIMATOR], trusted=list(TRUSTED))
        kept = _load(contents[files.DISTRIBUTION])
        reference = _load(contents[files.REFERENCE])
        groups = tuple(np.split(kept["residuals"], np.cumsum(kept["sizes"])[:-1]))
        model = CostModel(
            estimator,
            ResidualDistribution(tuple(kept["grouping"].tolist()), float(kept["floor"]), groups, kept["quantiles"]),
            Support.from_parts(
                reference["lows"],
                reference["highs"],
                reference["rows"],
                reference["charges"],
                reference.get("expected"),
            ),
            reference["background"],
        )
        answers, _ = model.predict_arrays(model.background)
        rows = _load(contents[files.TRAINING_ROWS])
        learnt_from = LearntFrom(rows["digests"], int(rows.get("highest", HIGHEST_ROW_DIGEST)))
    except Exception as error:  # whatever a foreign file makes a library raise, the answer is the same: not this one
        message = f"the model folder holds what may not be loaded: {error}"
        raise ModelRefused(message) from error
    if not np.allclose(answers, reference["known_answers"], rtol=0, atol=0.01):
        message = "the model does not give the answers here that it gave where it was made"
        raise ModelRefused(message)
    return model, learnt_from


def read_reference(folder: Path, digest: str) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Verify a folder and read the rows, n x 6, that it keeps of those its model learnt from.

    With their ``charges``, and what was ``expected`` of them out of fold, if that was kept; both in USD.

    Raises:
        ModelRefused: as `files.read_verified`, or if no such rows can be read.
    """
    content = files.read_verified(folder, digest)[files.REFERENCE]
    try:
        kept = _load(content)
        return kept["rows"], {"charges": kept["charges"]} | {name: kept[name] for name in kept.keys() & {"expected"}}
    except (KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
        message = f"the model folder holds no rows to compare with: {error}"
        raise ModelRefused(message) from error


def digests_of(table: Table) -> NDArray[np.uint64]:
    """Give each row's digest."""
    rows = np.ascontiguousarray(np.column_stack([table.rows, table.charges]), dtype="<f8")
    return np.frombuffer(row_digests(rows.tobytes()), dtype="<u8")


def _save(file: Path, **arrays: Any) -> None:
    np.savez(file, allow_pickle=False, **arrays)


def _load(content: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return dict(stored)
