"""The money behind each fact of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from domain.costs.prediction import ModelReference

Explained: TypeAlias = Literal["expected", "typical"]
"""Which figure is explained: the mean or the median."""
FIGURES: Final[tuple[Explained, ...]] = ("expected", "typical")


@dataclass(frozen=True, slots=True)
class Contribution:
    """The dollars that one fact adds to the estimate, compared with not knowing it."""

    fact: str
    usd: float


@dataclass(frozen=True, slots=True)
class PeopleAlike:
    """How the training rows nearest to a beneficiary really came out, in money a year.

    ``count`` people of ``total`` are alike: near to each other in the facts in which the model compares people.
    The three quartiles are None where nobody is alike.
    """

    count: int
    total: int
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The money behind each fact: ``baseline`` plus all ``contributions`` is the `total`, to the cent.

    Args:
        baseline: the estimate for the average person of the training data.
        contributions: of each fact.
        expected: the expected cost.
        alike: how people alike came out.
        model: which model answered.
        standard_error: the largest of a contribution where they are estimated; None where they are exact.
        typical: the typical cost; None from a model server of an earlier release.
        of: which of both is explained.
    """

    baseline: float
    contributions: tuple[Contribution, ...]
    expected: float
    alike: PeopleAlike
    model: ModelReference
    standard_error: float | None = None
    typical: float | None = None
    of: Explained = "expected"

    @property
    def total(self) -> float:
        """Return the figure that is explained."""
        return self.expected if self.of == "expected" or self.typical is None else self.typical
