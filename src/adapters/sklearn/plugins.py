"""Model families of other packages: entry points of the group `medcost.families`, each naming a `Family`."""

from __future__ import annotations

import importlib
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from adapters.common.plugins import FAMILIES, Plugins, plugins
from adapters.sklearn.family import TRANSFORMS, Family

if TYPE_CHECKING:
    from collections.abc import Container
    from importlib.metadata import EntryPoint

_STATE: Final = ("__reduce__", "__reduce_ex__", "__setstate__", "__new__")
"""Methods that could run on the content of a model folder while it is loaded."""


@cache
def installed_families(taken: frozenset[str]) -> Plugins[Family]:
    """Load the families that installed packages offer.

    Args:
        taken: names of ours, which no package may take.
    """
    return plugins(FAMILIES, family_in, taken=taken)


def family_in(point: EntryPoint, offered: Any) -> Family:
    """Check the object that an entry point names, and return it.

    Raises:
        TypeError: if it is no `Family`.
        ValueError: if a part of it cannot be used; the text says which, and what is expected.
    """
    if not isinstance(offered, Family):
        message = f"it must name an adapters.sklearn.family.Family, not a {type(offered).__name__}"
        raise TypeError(message)
    if not offered.transforms or not set(offered.transforms) <= set(TRANSFORMS):
        message = f"its transforms must be some of {', '.join(sorted(TRANSFORMS))}, not {offered.transforms!r}"
        raise ValueError(message)
    if unknown := offered.space.keys() - offered.defaults.keys():
        message = f"its search space names {', '.join(sorted(unknown))}, of which there is no default"
        raise ValueError(message)
    for name in offered.types:
        _check_type(name, package=point.module.partition(".")[0], stdlib=sys.stdlib_module_names)
    return offered


def _check_type(name: str, *, package: str, stdlib: Container[str]) -> None:
    """Refuse a type that a model folder may not name: another package's, or with code that loading would run.

    A folder may come from an untrusted archive. The installed packages decide here which types it may name.
    """
    module, _, attribute = name.rpartition(".")
    if module.partition(".")[0] != package or package in stdlib:
        message = f"it trusts {name!r}, but may trust classes of its own package {package!r} only"
        raise ValueError(message)
    kind = getattr(importlib.import_module(module), attribute, None)
    if not inspect.isclass(kind):
        message = f"it trusts {name!r}, which is no class"
        raise ValueError(message)
    own = [base for base in kind.__mro__ if base.__module__.partition(".")[0] == package]
    if methods := sorted({method for base in own for method in _STATE if method in vars(base)}):
        message = f"it trusts {name!r}, whose {', '.join(methods)} would run while a model folder is loaded"
        raise ValueError(message)
