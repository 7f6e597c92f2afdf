"""Random parts of people, for choices that are made on some and measured on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def parts_of_people(people: NDArray[np.uint64], count: int, seed: int) -> NDArray[np.intp]:
    """Return for each row one of ``count`` parts, drawn by person, each part with as many people."""
    _, which = np.unique(people, return_inverse=True)
    persons = int(which.max()) + 1 if len(which) else 0
    return (np.random.default_rng(seed).permutation(persons) % count)[which.ravel()]
