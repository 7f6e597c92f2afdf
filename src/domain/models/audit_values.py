"""The groups of an actuary's report by a column that the model never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OTHERS: Final = "other values"
"""The group of people whose value too few people have."""
MOST_GROUPS: Final = 20
"""Groups of a column, at most, beside the others."""
FEWEST_PEOPLE: Final = 20
"""The fewest people of a group: the ratio of fewer says nothing, and they could be recognised."""
_PARTS: Final = 5


def group_names(people: Mapping[str, int]) -> dict[str, str]:
    """Return the group of each value of an audit column.

    A value is a group of its own where at least 20 people have it, and it is among the 20 most frequent values; all
    other people are in the group `OTHERS`. More than 20 different numbers are grouped by fifths of the people instead.

    Args:
        people: the number of people with each value.

    >>> group_names({"a": 300, "b": 25, "c": 2, "d": 1})
    {'a': 'a', 'b': 'b', 'c': 'other values', 'd': 'other values'}
    >>> group_names({str(number): 10 for number in range(100)})["37"]
    '20 to 39'
    """
    if len(people) > MOST_GROUPS and (numbers := _numbers(people)):
        return _fifths(people, numbers)
    frequent = sorted(people, key=lambda value: -people[value])[:MOST_GROUPS]
    own = {value for value in frequent if people[value] >= FEWEST_PEOPLE}
    return {value: value if value in own else OTHERS for value in people}


def _numbers(values: Mapping[str, int]) -> dict[str, float]:
    """Return the values as numbers; an empty mapping if one is no number."""
    try:
        return {value: float(value) for value in values}
    except ValueError:
        return {}


def _fifths(people: Mapping[str, int], numbers: Mapping[str, float]) -> dict[str, str]:
    """Return the group of each value: values in order, cut into fifths of the people."""
    total, before = sum(people.values()), 0
    parts: list[list[str]] = [[] for _ in range(_PARTS)]
    for value in sorted(people, key=numbers.__getitem__):
        parts[min(before * _PARTS // total, _PARTS - 1)].append(value)
        before += people[value]
    return {value: _span(part, numbers) for part in parts for value in part}


def _span(part: Sequence[str], numbers: Mapping[str, float]) -> str:
    low, high = numbers[part[0]], numbers[part[-1]]
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
