"""A model family: its estimator, settings, and transforms of the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from domain.models.model import SearchSpace
from domain.models.term_settings import TermSettings

if TYPE_CHECKING:
    from domain.models.model import HyperparameterValue
    from domain.people.schema import Schema

MOST_DRAWN: Final = 20_000
"""The most rows that a tree of a forest learns from, which is also the number that settings are chosen on. The time of
a tree grows faster than its rows: drawn from 100,000, these take a quarter of the time of all rows, and predict as well
(docs/adr/0062).
"""
TRANSFORMS: Final = ("none", "log", "quantile", "power")
Settings = dict[str, Any]
Make = Callable[[Settings, int, "Schema"], Any]


@dataclass(frozen=True, slots=True)
class Family:
    """A way to estimate a cost from the numbers of a person's facts.

    Args:
        label: for people.
        make: returns an unfitted estimator from settings, a seed and the schema; its `fit` returns the fitted one.
        defaults: all hyperparameters with their usual values, beside those of terms.
        transforms: the supported transforms of the target.
        distributed: whether a `Cluster` can fit it on rows of several machines.
        with_terms: whether it multiplies facts by the terms of the schema, see `TermSettings`.
        weighs: whether its fit uses the weights of rows; otherwise each row counts once.
        draws: whether it draws rows for each tree. Of many rows it draws `MOST_DRAWN`: the estimator is then given
            ``max_samples``, which scikit-learn takes only together with ``bootstrap=True``.
        space: the search space of tuning, by hyperparameter. For families of other packages; ours have a file in
            config/.
        types: full names of classes of the package that fitted estimators are made of. For families of other packages,
            see `adapters.sklearn.plugins`.
    """

    label: str
    make: Make
    defaults: Mapping[str, HyperparameterValue]
    transforms: tuple[str, ...]
    distributed: bool = False
    with_terms: bool = False
    weighs: bool = True
    draws: bool = False
    space: SearchSpace = field(default_factory=dict)
    types: tuple[str, ...] = ()

    def settings(self, schema: Schema) -> dict[str, HyperparameterValue]:
        """Return all hyperparameters with their usual values, those of the schema's terms first."""
        return {**(TermSettings.of(schema).defaults if self.with_terms else {}), **self.defaults}

    def notes_on(self, rows: int) -> tuple[str, ...]:
        """Return the notes of a model card on a fit on this number of rows."""
        is_drawn = self.draws and rows > MOST_DRAWN
        return (f"Each tree learned from {MOST_DRAWN:,} rows, drawn from all {rows:,}.",) if is_drawn else ()
