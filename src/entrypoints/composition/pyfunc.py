"""A registered version as MLflow's ``python_function``: ``mlflow.pyfunc.load_model("models:/medcost@champion")``.

No pickle is loaded: each file is verified against the manifest, and types are those of our own allow-list.
"""

from __future__ import annotations

import asyncio
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.sklearn.loader import SklearnLoader
from adapters.sklearn.storage import opened
from domain.costs.prediction import ModelReference
from domain.errors import FieldError, InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Kind

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    import pandas as pd

    from domain.people.schema import Schema
    from domain.ports.loader import LoadedModel

_T = TypeVar("_T")


class CostFunction:
    """Predicts the rows of a data frame."""

    def __init__(self, model: LoadedModel) -> None:
        self._model = model

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002  # MLflow's
        """Return expected, typical, low and high cost of each row, in the currency of the model.

        Args:
            model_input: a column for each fact; values as the schema spells them, missing ones NaN or None.
            params: none are known.

        Raises:
            InvalidBeneficiary: naming each row, its fact and the broken rule.
        """
        import pandas as pd

        numbers = array("d", (number for person in self._people(model_input) for number in person.as_numbers()))
        facts = memoryview(numbers).cast("B").cast("d", (len(model_input), self._model.schema.width))
        published = _awaited(self._model.publish_columns(facts))
        columns = dict(zip(("expected", "typical", "low", "high"), published.money.tolist(), strict=True))
        return pd.DataFrame(columns, index=model_input.index)

    def explain(self, model_input: pd.DataFrame) -> pd.DataFrame:
        """Return the part of each fact in the expected cost of each row; ``baseline`` and the parts add up to it.

        Raises:
            InvalidBeneficiary: as `predict`.
        """
        import pandas as pd

        explanations = [_awaited(self._model.explain(person)) for person in self._people(model_input)]
        rows = [
            {"baseline": explanation.baseline, **{part.fact: part.usd for part in explanation.contributions}}
            for explanation in explanations
        ]
        return pd.DataFrame(rows, index=model_input.index)

    def get_raw_model(self) -> CostFunction:
        """Return this object, which MLflow's ``PyFuncModel.get_raw_model`` hands on: it also explains."""
        return self

    def _people(self, model_input: pd.DataFrame) -> Sequence[Beneficiary]:
        people: list[Beneficiary] = []
        errors: list[FieldError] = []
        for place, row in enumerate(model_input.to_dict("records")):
            try:
                people.append(Beneficiary.of(self._model.schema, _facts(self._model.schema, row)))
            except InvalidBeneficiary as broken:
                errors += [
                    FieldError(f"row {place}: {error.field}", error.code, error.detail) for error in broken.errors
                ]
        if errors:
            raise InvalidBeneficiary(errors)
        return people


def _awaited(answer: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine in another thread and return its result: a notebook already runs an event loop in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


def _facts(schema: Schema, row: Mapping[Any, Any]) -> dict[str, object]:
    """Return the facts of a row as Python's values; those that are missing are left out."""
    import pandas as pd

    values = {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
    given = {name: value for name, value in values.items() if not pd.isna(value)}
    # a column of whole numbers with a gap is one of floats in pandas
    whole = {fact.name for fact in schema.facts if fact.kind is Kind.WHOLE}
    return {
        name: int(value) if name in whole and isinstance(value, float) and value.is_integer() else value
        for name, value in given.items()
    }


def _load_pyfunc(path: str) -> CostFunction:
    """Return the model in a folder; MLflow calls this.

    Raises:
        ModelRefused: if a file is missing or changed, or may not be loaded.
    """
    folder = Path(path)
    # a registry's version has no number here: what is asked is the folder
    return CostFunction(SklearnLoader().load(ModelReference(0, opened(folder).digest), folder))
