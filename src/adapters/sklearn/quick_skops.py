"""skops without its lists of what it trusts by itself: to draw them up takes a second of CPU.

It imports every module of scikit-learn to name the public estimators, and looks for NumPy's and SciPy's functions in
all modules that are loaded. Here the types that a file names are looked up instead.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from collections.abc import Iterable

_SKOPS: Final = "skops.io"
_LISTS: Final = "skops.io._trusted_types"
_PLAIN: Final = {
    "PRIMITIVE_TYPE_NAMES": ["builtins.int", "builtins.float", "builtins.str", "builtins.bool"],
    "CONTAINER_TYPE_NAMES": ["builtins.list", "builtins.set", "builtins.map", "builtins.tuple"],
    "NUMPY_DTYPE_TYPE_NAMES": sorted({f"numpy.{dtype.__name__}" for dtype in np.sctypeDict.values()}),
    "NUMPY_RANDOM_BIT_GENERATOR_TYPE_NAMES": [
        f"numpy.random.{name}" for name in ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
    ],
}
_LOOKED_UP: Final = (
    "SKLEARN_ESTIMATOR_TYPE_NAMES",
    "SKLEARN_INTERNAL_TYPE_NAMES",
    "SCIPY_UFUNC_TYPE_NAMES",
    "NUMPY_UFUNC_TYPE_NAMES",
)
_INTERNAL: Final = {
    "sklearn._loss.link",
    "sklearn._loss.loss",
    "sklearn.ensemble._hist_gradient_boosting.binning",
}
"""Modules of scikit-learn whose classes skops trusts, though they are not public."""


def import_skops() -> None:
    """Import skops with short lists, unless something has imported it: for Medcost's own processes.

    A notebook that loads models of its own by skops would notice that it trusts less.
    """
    if _SKOPS in sys.modules:
        return
    lists: Any = ModuleType(_LISTS)
    vars(lists).update(_PLAIN, **{name: [] for name in _LOOKED_UP})
    sys.modules[_LISTS] = lists
    importlib.import_module(_SKOPS)


def usually_trusted(types: Iterable[str]) -> list[str]:
    """Return those types that skops, with its own lists, trusts: public estimators and functions of arrays."""
    return [name for name in types if _is_estimator(name) or _is_function_of_arrays(name)]


def _is_estimator(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    public = module if module in _INTERNAL else module.partition("._")[0]
    kind = _named(public, attribute, package="sklearn")
    if not inspect.isclass(kind) or f"{kind.__module__}.{kind.__name__}" != name:
        return False
    return module in _INTERNAL or (issubclass(kind, BaseEstimator) and not attribute.startswith("_"))


def _is_function_of_arrays(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    return any(isinstance(_named(module, attribute, package=package), np.ufunc) for package in ("numpy", "scipy"))


def _named(module: str, attribute: str, *, package: str) -> object:
    if module.partition(".")[0] != package:
        return None
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return None
