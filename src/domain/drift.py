"""Drift: do two tables come from the same people? Any two that share columns can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.claims import Column

SIGNIFICANCE: Final = 0.05
"""Chance of calling any column of two alike tables drifted, all columns together."""
NOTABLE: Final = 0.1
"""Population stability index from which a shift is worth attention (Siddiqi, Credit Risk Scorecards, 2006)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to compare: the training data behind a model, a file, or what people asked for in a month.

    Args:
        facts: one row of six numbers for each person, as `Beneficiary.as_numbers` gives them.
        more: other columns of numbers, equally long, by name: ``charges`` or ``expected``, in USD.
    """

    facts: Column[Column[float]]
    more: Mapping[str, Column[float]] = field(default_factory=dict[str, "Column[float]"])

    def __len__(self) -> int:
        return len(self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far one column of two tables differs, as measured.

    Args:
        column: its name.
        test: of numbers ``kolmogorov_smirnov``, ``mann_whitney`` or ``exceedance``, whichever says most; of categories
            ``chi_squared``.
        statistic: of that test: the largest distance of the two distributions; the chance that a current value is
            above a reference one; the share beyond the reference's range; the sum of squares.
        p_value: chance of such a statistic or a larger one where nothing has changed.
        psi: population stability index: how much, whatever the number of rows.
    """

    column: str
    test: str
    statistic: float
    p_value: float
    psi: float


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
        """Judge: a column has drifted if its difference is significant *and* large enough to matter.

        Among a million rows everything is significant, among fifty every shift looks large: it takes both.

        >>> age = Difference(column="age", test="kolmogorov_smirnov", statistic=0.3, p_value=0.001, psi=0.4)
        >>> bmi = Difference(column="bmi", test="kolmogorov_smirnov", statistic=0.02, p_value=0.001, psi=0.01)
        >>> DriftReport.of([age, bmi], reference_rows=5000, rows=1000000).drifted
        ('age',)
        """
        adjusted = holm([one.p_value for one in differences])
        columns = tuple(
            ColumnDrift(
                column=one.column,
                test=one.test,
                statistic=one.statistic,
                p_value=one.p_value,
                psi=one.psi,
                adjusted_p=p,
                drifted=p < significance and one.psi >= NOTABLE,
            )
            for one, p in zip(differences, adjusted, strict=True)
        )
        return cls(reference_rows, rows, columns, tuple(one.column for one in columns if one.drifted))


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
