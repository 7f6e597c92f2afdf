"""The port `loader`."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from domain.ports.explainer import Explainer
from domain.ports.predictor import Predictor

if TYPE_CHECKING:
    from pathlib import Path

    from domain.drift import Sample
    from domain.prediction import ModelReference


class LoadedModel(Predictor, Explainer, Protocol):
    """A model in this process: it predicts and explains."""


class ModelLoader(Protocol):
    """Brings a model folder to life."""

    @abstractmethod
    def load(self, model: ModelReference, folder: Path) -> LoadedModel:
        """Verify each file against the digest, then load with our own allow-list, then make a known prediction.

        Raises:
            ModelRefused: before anything is loaded, if a file is missing, changed or unlisted, if the digest or a
                library's version does not match, or a type is not allowed.
        """

    @abstractmethod
    def reference(self, model: ModelReference, folder: Path) -> Sample:
        """Verify each file, then give the rows that the folder keeps of those its model learnt from, with charges.

        All of them, or a random sample; none where the folder keeps none.

        Raises:
            ModelRefused: as `load`.
        """
