"""A model folder loaded in this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from adapters.sklearn.row_reader import RowReader, usual_values
from adapters.sklearn.storage import read, read_reference
from domain.costs.cents import round_to_total
from domain.costs.distribution import CostDistribution
from domain.costs.estimate_columns import EstimateColumns, PublishedColumns
from domain.costs.explanation import Contribution, Explained, Explanation
from domain.costs.prediction import Estimate
from domain.ports.loader import LoadedModel, ModelLoader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from adapters.sklearn.model import CostModel
    from adapters.sklearn.support import Bits
    from domain.costs.prediction import ModelReference
    from domain.monitoring.drift import Sample
    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

    Floats = NDArray[np.float64]

_AT_ONCE: Final = 64
"""The most people who are answered in the event loop; more are answered in a thread."""
_MOST_SCHEMAS: Final = 16
"""The most schemas of callers whose readers are cached; usually there are the home's and the model's."""


@dataclass(frozen=True, slots=True)
class SklearnModel(LoadedModel):
    """Predicts and explains in this process."""

    reference: ModelReference
    inner: CostModel
    _readers: dict[str, RowReader] = field(default_factory=dict[str, RowReader], repr=False, compare=False)

    @property
    def schema(self) -> Schema:
        """Return the schema that the model learned with."""
        return self.inner.schema

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each beneficiary."""
        if len(beneficiaries) <= _AT_ONCE:
            return self._estimates(beneficiaries)
        return await asyncio.to_thread(self._estimates, beneficiaries)

    async def model(self) -> ModelReference:
        """Return the reference of the model, which made a known prediction when it was loaded."""
        return self.reference

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Explain one beneficiary's cost."""
        return await asyncio.to_thread(self._explanation, beneficiary, of)

    async def predict_columns(self, facts: memoryview[float], schema: Schema | None = None) -> EstimateColumns:
        """Estimate all people at once, on arrays."""
        if len(facts) <= _AT_ONCE:
            return self._columns(facts, schema)
        return await asyncio.to_thread(self._columns, facts, schema)

    async def publish_columns(
        self, facts: memoryview[float], schema: Schema | None = None, above: float | None = None
    ) -> PublishedColumns:
        """Compute and round the published figures of all people at once, on arrays."""
        if len(facts) <= _AT_ONCE:
            return self._published(facts, schema, above)
        return await asyncio.to_thread(self._published, facts, schema, above)

    def _published(self, facts: memoryview[float], schema: Schema | None, amount: float | None) -> PublishedColumns:
        rows, more = self._people(facts, schema)
        published, doubts = self.inner.publish_arrays(rows)
        money = np.array([published.expected, published.typical, published.low, published.high])
        cautions = (doubts | more).data
        zero = cast("memoryview[float]", np.ascontiguousarray(published.zero).data)
        above = None
        if amount is not None:
            chances = np.round(self.inner.chances_above(rows, amount) * 1e6) / 1e6
            above = cast("memoryview[float]", chances.data)
        return PublishedColumns(
            self.reference, cast("memoryview[float]", money.data), cautions, self._codes(), zero, above
        )

    def _columns(self, facts: memoryview[float], schema: Schema | None) -> EstimateColumns:
        answers, cautions = self.inner.predict_arrays(*self._people(facts, schema))
        numbers = cast("memoryview[float]", answers.data)
        return EstimateColumns(self.reference, numbers, cautions)

    def _estimates(self, beneficiaries: Sequence[Beneficiary]) -> list[Estimate]:
        answers, cautions = self.inner.predict_arrays(*self._rows(beneficiaries))
        return [
            Estimate(CostDistribution(mean, tuple(quantiles), zero), cautions.get(row, ()), self.reference)
            for row, (mean, *quantiles, zero) in enumerate(answers.tolist())
        ]

    def _explanation(self, beneficiary: Beneficiary, of: Explained) -> Explanation:
        rows, _ = self._rows([beneficiary])
        cost = self._estimates([beneficiary])[0].cost
        base, values, errors = self.inner.contributions(rows[0], of)
        baseline, *dollars = round_to_total([base, *values], cost.expected if of == "expected" else cost.typical)
        return Explanation(
            baseline,
            tuple(Contribution(fact, usd) for fact, usd in zip(self.schema.names, dollars, strict=True)),
            cost.expected,
            self.inner.support.alike(rows[0]),
            self.reference,
            round(max(errors), 2) if errors else None,
            cost.typical,
            of,
        )

    def _codes(self) -> tuple[str, ...]:
        return self.inner.support.codes

    def _rows(self, beneficiaries: Sequence[Beneficiary]) -> tuple[Floats, Bits]:
        """Return people of one schema as rows of the model's, and the doubts that come with them."""
        reader = self._reader(beneficiaries[0].schema if beneficiaries else self.schema)
        rows = np.array([who.as_numbers() for who in beneficiaries], dtype=np.float64)
        return reader.for_model(rows.reshape(-1, reader.schema.width))

    def _people(self, facts: memoryview[float], schema: Schema | None) -> tuple[Floats, Bits]:
        """Return numbers as rows of the model's, and the doubts that come with them.

        Raises:
            InvalidBeneficiary: if a row breaks a rule.
        """
        reader = self._reader(schema or self.schema)
        return reader.for_model(reader.checked(facts))

    def _reader(self, schema: Schema) -> RowReader:
        reader = self._readers.get(schema.digest)
        if reader is None:
            reader = RowReader.of(schema, self.schema, usual_values(self.inner.background))
            if len(self._readers) < _MOST_SCHEMAS:
                self._readers[schema.digest] = reader
        return reader


@dataclass(frozen=True, slots=True)
class SklearnLoader(ModelLoader):
    """Verifies a folder, loads it with our own allow-list, and makes known predictions."""

    def load(self, model: ModelReference, folder: Path) -> SklearnModel:
        """Load a model from its folder."""
        inner, _ = read(folder, model.digest)
        return SklearnModel(model, inner)

    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Read the training rows; the estimator is not loaded."""
        return read_reference(folder, model.digest)
