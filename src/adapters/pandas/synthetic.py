"""A synthetic sample of our own making, so that a fresh machine has something honest to train on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from adapters.pandas.claims_file import write_table
from adapters.pandas.contract import accepted, examine
from domain.beneficiary import OBESITY, REGIONS, SEXES
from domain.claims import DataOrigin
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from pathlib import Path

    from domain.claims import Claims, ContractReport

_SMOKERS, _SHOCKS = 0.2, 0.1
"""Share of people who smoke, and of years with a cost that nothing foretells."""


@dataclass(frozen=True, slots=True)
class SyntheticClaims(ClaimsDataset):
    """Invented people and bills, the same for the same seed; of no use but to try the program out.

    The people are shaped like the published marginals of the public data set: ages 18 to 64, BMI about 30.7 kg/m²
    with a standard deviation of 6, one in five smokes, four regions about equal, the southeast a bit larger. Their
    costs follow a rule of our own, in round numbers: 500 USD, and 3.5 USD times the square of age; 500 for each child;
    a smoker costs 6,000 more and 500 more for each kg/m² above 20, and another 15,000 from a BMI of 30.
    Every bill is up to 2 % off. One year in ten has an expensive shock of 3,000 to 25,000 USD on top that no fact
    foretells.

    Args:
        rows: how many people.
        seed: of every draw.
    """

    rows: int = 1338
    seed: int = 0

    def report(self) -> ContractReport:
        """Describe it."""
        return examine(self.table(), self._origin())[0]

    def read(self) -> Claims:
        """Give all rows."""
        return accepted(*examine(self.table(), self._origin()))

    def write(self, out: Path) -> None:
        """Write the sample to a file that ends in ``.csv`` or ``.parquet``.

        Raises:
            ClaimsRejected: for another ending, or where nothing can be written.
        """
        write_table(self.table(), out)

    def table(self) -> pd.DataFrame:
        """Draw it: the columns of a claims file."""
        draw = np.random.default_rng(self.seed)
        age = draw.integers(18, 65, self.rows)
        bmi = np.clip(draw.normal(30.7, 6.0, self.rows), 16, 54).round(1)
        children = draw.choice(6, self.rows, p=[0.43, 0.24, 0.18, 0.11, 0.02, 0.02])
        smoker = draw.random(self.rows) < _SMOKERS
        sex = draw.integers(0, 2, self.rows)
        region = draw.choice(4, self.rows, p=[0.24, 0.24, 0.28, 0.24])
        cost = 500.0 + 3.5 * age**2 + 500.0 * children
        cost += smoker * (6000.0 + 500.0 * np.maximum(bmi - 20, 0) + 15_000.0 * (bmi >= OBESITY))
        cost *= draw.uniform(0.98, 1.02, self.rows)
        shock = draw.uniform(3_000.0, 25_000.0, self.rows) * (draw.random(self.rows) < _SHOCKS)
        return pd.DataFrame(
            {
                "age": age,
                "sex": np.array(SEXES, dtype="U")[sex],
                "bmi": bmi,
                "children": children,
                "smoker": np.where(smoker, "yes", "no"),
                "region": np.array(REGIONS, dtype="U")[region],
                "charges": (cost + shock).round(2),
            }
        )

    def _origin(self) -> DataOrigin:
        return DataOrigin(
            "synthetic",
            f"{self.rows:,} invented people (seed {self.seed}) with costs by a rule of our own: no real person or bill",
            synthetic=True,
        )
