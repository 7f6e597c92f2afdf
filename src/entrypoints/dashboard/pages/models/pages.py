"""The pages about two versions, below that of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrypoints.dashboard.pages.models import data, facts, fit, rows, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.layout.page import Page


def pages(inject: Inject, mlflow: str) -> Sequence[Page]:
    """Make them over their use cases.

    Args:
        inject: the guard's.
        mlflow: address at which people open MLflow, empty where none is known.
    """
    return fit.page(inject), rows.page(inject), facts.page(inject), runs.page(inject, mlflow), data.page(inject)
