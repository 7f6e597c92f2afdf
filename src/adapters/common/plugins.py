"""Plug-ins that other packages offer by entry points.

See https://packaging.python.org/en/latest/specifications/entry-points. A plug-in that cannot be used is named with its
package and its entry point; the others stay usable.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

T = TypeVar("T")

FAMILIES: Final = "medcost.families"
"""The entry points of model families."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Plugins(Generic[T]):
    """The plug-ins of a group.

    Args:
        usable: the plug-ins, by their names.
        faults: of each that cannot be used, a sentence that says why, by its name.
    """

    usable: Mapping[str, T]
    faults: Mapping[str, str]


def plugins(
    group: str,
    read: Callable[[EntryPoint, Any], T],
    *,
    taken: Container[str] = (),
    offered: Iterable[EntryPoint] | None = None,
) -> Plugins[T]:
    """Load the plug-ins that installed packages offer in a group.

    Args:
        group: the group of entry points, such as ``medcost.families``.
        read: gives the plug-in from the object that an entry point names; a `TypeError` or `ValueError` says what is
            wrong with it.
        taken: names that are ours.
        offered: the entry points; those of installed packages where they are not given.
    """
    # a package that is found twice on the path offers the same twice
    points = {(point.name, point.value): point for point in (entry_points(group=group) if offered is None else offered)}
    counts = Counter(name for name, _ in points)
    usable: dict[str, T] = {}
    faults: dict[str, str] = {}
    for name, _ in sorted(points):
        point = points[name, _]
        if fault := _fault_of_name(name, is_taken=name in taken or counts[name] > 1):
            faults[name] = f"{origin(point)} cannot be used: {fault}"
            continue
        try:
            usable[name] = read(point, point.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001  # code of another package may raise anything; the others stay usable
            faults[name] = f"{origin(point)} cannot be used: {type(error).__name__}: {error}"
    return Plugins(usable, faults)


def _fault_of_name(name: str, *, is_taken: bool) -> str:
    """Return what is wrong with the name of an entry point, empty if nothing is."""
    if not _NAME.fullmatch(name):
        return "its name must be a lower-case word, such as my_family"
    return "its name is taken: ours, or another package's" if is_taken else ""


def origin(point: EntryPoint) -> str:
    """Name an entry point and its package, for messages."""
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "a package without metadata"
    return f"entry point {point.group}: {point.name} = {point.value!r} of {package}"
