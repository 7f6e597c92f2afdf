"""The loader and the trainer of scikit-learn models; scikit-learn is imported when one of them is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.ports.clock import Clock
    from domain.ports.executor import Executor
    from domain.ports.loader import ModelLoader
    from domain.ports.trainer import Trainer


def sklearn_loader() -> ModelLoader:
    """Return the loader of model folders."""
    _import_quickly()
    from adapters.sklearn.loader import SklearnLoader

    return SklearnLoader()


def sklearn_trainer(clock: Clock, executor: Executor | None = None) -> Trainer:
    """Return the trainer.

    Args:
        clock: for the dates of model cards.
        executor: executor of the work; None for this process.
    """
    _import_quickly()
    from adapters.sklearn.trainer import SklearnTrainer
    from entrypoints.composition.executors import cluster_of

    return SklearnTrainer(clock, executor, cluster_of(executor)) if executor else SklearnTrainer(clock)


def prepare_fits() -> None:
    """Import what fits need, while there is something else to wait for."""
    _import_quickly()
    from adapters.sklearn import work  # noqa: F401  # so that the first fit need not wait for it


def _import_quickly() -> None:
    from adapters.sklearn.quick_sklearn import import_sklearn

    import_sklearn()
    from adapters.sklearn.quick_skops import import_skops

    import_skops()
