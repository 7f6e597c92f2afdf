"""Drift: whether two tables that share columns come from the same population."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.people.claims import Column
    from domain.people.schema import Schema

SIGNIFICANCE: Final = 0.05
"""Chance of calling any column of two alike tables drifted, all columns together."""
NOTABLE: Final = 0.1
"""Population stability index from which a shift is worth attention (Siddiqi, Credit Risk Scorecards, 2006)."""

_ONE_SIDED: Final = 1.645
"""Normal quantile of 95 %."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to compare: the training data behind a model, a file, or what people asked for in a month.

    Args:
        schema: which facts the rows carry.
        facts: one row of numbers for each person, as `Beneficiary.as_numbers` gives them.
        more: other columns of numbers, equally long, by name: ``charges`` or ``expected``, in money.

    A cell that is not known is NaN.
    """

    schema: Schema
    facts: Column[Column[float]]
    more: Mapping[str, Column[float]] = field(default_factory=dict[str, "Column[float]"])

    def __len__(self) -> int:
        return len(self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The measured difference of a column between two tables.

    Args:
        column: the name of the column.
        test: of numbers ``kolmogorov_smirnov``, ``mann_whitney`` or ``exceedance``, whichever has the least p-value; of
            categories ``chi_squared``; of facts that may be missing, ``missing`` where it is the share of gaps.
        statistic: the statistic of that test: the largest distance of the two distributions; the chance that a current
            value is above a reference one; the share beyond the reference's range; the sum of squares.
        p_value: chance of such a statistic or a larger one where nothing has changed.
        psi: population stability index, the size of the difference, independent of the number of rows.
        psi_upper: one-sided upper 95 % confidence bound of the index; 0 in reports of earlier releases.
    """

    column: str
    test: str
    statistic: float
    p_value: float
    psi: float
    psi_upper: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift(Difference):
    """A difference, judged among all others; ``adjusted_p`` is corrected for how many columns were tested."""

    adjusted_p: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What has changed from the reference to the current rows, column by column."""

    reference_rows: int
    rows: int
    columns: tuple[ColumnDrift, ...]
    drifted: tuple[str, ...]

    @classmethod
    def of(
        cls, differences: Sequence[Difference], *, reference_rows: int, rows: int, significance: float = SIGNIFICANCE
    ) -> Self:
        """Judge: a column has drifted if its difference is significant, and may well be large enough to matter.

        Among a million rows everything is significant, among a hundred every index is a rough guess: it takes both.

        >>> test = "kolmogorov_smirnov"
        >>> age = Difference(column="age", test=test, statistic=0.3, p_value=0.001, psi=0.4, psi_upper=0.41)
        >>> bmi = Difference(column="bmi", test=test, statistic=0.02, p_value=0.001, psi=0.01, psi_upper=0.02)
        >>> DriftReport.of([age, bmi], reference_rows=5000, rows=1000000).drifted
        ('age',)
        """
        adjusted = holm([difference.p_value for difference in differences])
        columns = tuple(
            _judged(difference, p, significance) for difference, p in zip(differences, adjusted, strict=True)
        )
        return cls(reference_rows, rows, columns, tuple(column.column for column in columns if column.drifted))


def _judged(difference: Difference, adjusted_p: float, significance: float) -> ColumnDrift:
    fields: dict[str, Any] = asdict(difference)  # what was judged before, among fewer, is judged anew
    fields |= {"adjusted_p": adjusted_p, "drifted": adjusted_p < significance and difference.psi_upper >= NOTABLE}
    return ColumnDrift(**fields)


def psi_upper(psi: float, before: int, now: int) -> float:
    """Return the one-sided upper 95 % confidence bound of a population stability index.

    Of indices near `NOTABLE` the standard error is ``2 sqrt(index (1/n + 1/m))`` for n and m rows: n m / (n + m) times
    the index is a chi-squared statistic (Yurdakul and Naranjo 2020, "Statistical properties of the population
    stability index", Journal of Risk Model Validation 14(4)), whose variance grows as four times its excess.

    >>> psi_upper(0.05, 1000, 150) > NOTABLE > psi_upper(0.05, 100_000, 100_000)
    True
    """
    return psi + _ONE_SIDED * 2 * sqrt(NOTABLE * (1 / before + 1 / now))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p-values for how many there are (Holm 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = least
    return tuple(adjusted)
