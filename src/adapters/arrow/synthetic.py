"""A synthetic sample, so that a fresh machine has data to train on that are marked as invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from adapters.arrow.contract import accepted, examined
from adapters.arrow.reading import Batch
from adapters.arrow.table_files import write_table
from adapters.common.invented import invented_people
from domain.people.contract import BadRows
from domain.people.matching import ColumnMap, match
from domain.people.origin import DataOrigin
from domain.people.table_reading import TableReading
from domain.ports.dataset import ClaimsDataset

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.arrow.contract import Examination
    from domain.monitoring.drift import Sample
    from domain.people.claims import Claims
    from domain.people.contract import ContractReport
    from domain.people.schema import Schema

_INSURANCE: Final = ("age", "sex", "bmi", "children", "smoker", "region", "charges")
"""The columns of the public data set, for which there is a special rule."""
_SEXES: Final = ("female", "male")
_REGIONS: Final = ("northeast", "northwest", "southeast", "southwest")
_OBESITY: Final = 30.0
_SMOKERS, _SHOCKS = 0.2, 0.1
"""Share of people who smoke, and of years with a cost that no fact predicts."""


@dataclass(frozen=True, slots=True)
class SyntheticClaims(ClaimsDataset):
    """Invented people and bills, the same for the same seed; of no use but to try the program out.

    People of any schema follow `invented_people`; those with the facts of the public data set a rule of their own.
    They are shaped like the published marginals of the public data set: ages 18 to 64, BMI about 30.7 kg/m²
    with a standard deviation of 6, one in five smokes, four regions about equal, the southeast a bit larger. Their
    costs follow a rule of our own, in round numbers: 500 USD, and 3.5 USD times the square of age; 500 for each child;
    a smoker costs 6,000 more and 500 more for each kg/m² above 20, and another 15,000 from a BMI of 30.
    Every bill is up to 2 % off. One year in ten has an expensive shock of 3,000 to 25,000 USD on top that no fact
    foretells.

    Args:
        schema: which facts there are.
        rows: how many people.
        seed: the seed of every draw.
    """

    schema: Schema
    rows: int = 1338
    seed: int = 0

    def report(self) -> ContractReport:
        """Describe the sample."""
        return self._examined().result()[0]

    def read(self) -> Claims:
        """Return all rows."""
        return accepted(*self._examined().result(), self.schema, BadRows())

    def readable(self) -> Sample:
        """Return all cells."""
        return self._examined().sample()

    def write(self, out: Path) -> None:
        """Write the sample to a file that ends in ``.csv`` or ``.parquet``.

        Raises:
            ClaimsRejected: for another ending, or where nothing can be written.
        """
        write_table(pa.Table.from_pandas(self.table(), preserve_index=False).replace_schema_metadata(), out)

    def table(self) -> pd.DataFrame:
        """Draw the sample, with the columns of a claims file."""
        return self._insured() if self.schema.columns == _INSURANCE else self._invented()

    def _invented(self) -> pd.DataFrame:
        """Return invented people as a file has them: words for choices, empty cells for missing values."""
        people, costs = zip(*invented_people(self.schema, self.rows, self.seed), strict=True)
        columns = zip(self.schema.facts, zip(*people, strict=True), strict=True)
        table = pd.DataFrame(
            {fact.header: [_cell(fact.value(number)) for number in column] for fact, column in columns}
        )
        return table.assign(**{self.schema.cost.column: costs})

    def _insured(self) -> pd.DataFrame:
        draw = np.random.default_rng(self.seed)
        age = draw.integers(18, 65, self.rows)
        bmi = np.clip(draw.normal(30.7, 6.0, self.rows), 16, 54).round(1)
        children = draw.choice(6, self.rows, p=[0.43, 0.24, 0.18, 0.11, 0.02, 0.02])
        smoker = draw.random(self.rows) < _SMOKERS
        sex = draw.integers(0, 2, self.rows)
        region = draw.choice(4, self.rows, p=[0.24, 0.24, 0.28, 0.24])
        cost = 500.0 + 3.5 * age**2 + 500.0 * children
        cost += smoker * (6000.0 + 500.0 * np.maximum(bmi - 20, 0) + 15_000.0 * (bmi >= _OBESITY))
        cost *= draw.uniform(0.98, 1.02, self.rows)
        shock = draw.uniform(3_000.0, 25_000.0, self.rows) * (draw.random(self.rows) < _SHOCKS)
        return pd.DataFrame(
            {
                "age": age,
                "sex": np.array(_SEXES, dtype="U")[sex],
                "bmi": bmi,
                "children": children,
                "smoker": np.where(smoker, "yes", "no"),
                "region": np.array(_REGIONS, dtype="U")[region],
                "charges": (cost + shock).round(2),
            }
        )

    def _examined(self) -> Examination:
        rows = pa.RecordBatch.from_pandas(self.table(), preserve_index=False)
        names = rows.schema.names
        reading = TableReading.of(self.schema, match(names, self.schema, ColumnMap()), ColumnMap(), lambda _: ())
        return examined([Batch(reading, names, rows, None, {}, 1.0)], reading, self._origin(), BadRows())

    def _origin(self) -> DataOrigin:
        return DataOrigin(
            "synthetic",
            f"{self.rows:,} invented people (seed {self.seed}) with costs by a rule of our own: no real person or bill",
            synthetic=True,
        )


def _cell(value: object) -> object:
    """Return a value as a cell of a file: a truth value as a word."""
    return ("yes" if value else "no") if isinstance(value, bool) else value
