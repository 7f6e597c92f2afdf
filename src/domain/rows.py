"""Sequences over columns, whose items are made when they are asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Self, TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)


class Rows(Sequence[Item_co]):
    """A sequence that holds columns in place of an object for each row.

    Code that knows a subclass works on its columns; all other code sees a sequence like any other.
    """

    __slots__ = ()

    @abstractmethod
    def row(self, number: int) -> Item_co:
        """Return the item of a row, from 0 to below the number of rows."""

    @abstractmethod
    def part(self, rows: slice) -> Self:
        """Return some of the rows."""

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Item_co | Self:
        return self.part(index) if isinstance(index, slice) else self.row(range(len(self))[index])

    def __iter__(self) -> Iterator[Item_co]:
        return map(self.row, range(len(self)))
