"""What `medcost train` and `medcost retrain` print, and the JSON document that they collect."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console

from domain.people.schema import Schema
from domain.ports.dataset import ClaimsDataset
from domain.ports.registry import ModelRegistry
from entrypoints.cli.left_out import print_claims
from entrypoints.cli.output import stderr
from entrypoints.cli.train_view import FoldsProgress, TrialsProgress, bars, comparison_table, verdict_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.models.compare_models import Comparison
    from application.models.train_model import TrainingTask
    from application.models.tune_model import TunedModel
    from domain.models.ledger import LedgerEntry
    from domain.models.promotion import Verdict
    from entrypoints.composition.train_config import TrainConfig
    from entrypoints.hosting.session import Session


class TrainingOutput:
    """A `TrainingView` that prints tables to a terminal and collects the JSON ``document``.

    Args:
        session: the session of the command.
        config: the config of the training.
        task: what is trained.
        tables: where tables are printed, None where the document is.
        comparison: file that a comparison is written to.
        out: folder that the tuned model is written to.
    """

    def __init__(
        self,
        session: Session,
        config: TrainConfig,
        task: TrainingTask,
        tables: Console | None,
        *,
        comparison: Path | None = None,
        out: Path | None = None,
    ) -> None:
        self._session = session
        self._config = config
        self._task = task
        self._currency = session.get(Schema).cost.currency
        self._tables = tables
        self._comparison = comparison
        self._out = out
        self.document: dict[str, Any] = {"stage": config.stage, "metric": config.selection.metric.value}

    def print_left_out(self) -> None:
        """Print which rows break the contract and are left out, before the training begins."""
        left_out = print_claims(self._session.get(ClaimsDataset).read(), self._session.get(Schema))
        if left_out:
            self.document["left_out"] = left_out

    @contextmanager
    def comparing(self) -> Iterator[FoldsProgress]:
        """Show a progress bar for each family."""
        task = self._task
        with bars(stderr()) as progress:
            yield FoldsProgress(progress, task.recipes, task.plan.n_splits * task.plan.n_repeats, task.metric)

    def compared(self, comparison: Comparison) -> None:
        """Show the families, best first."""
        self.document["comparison"] = _comparison(comparison)
        if self._comparison:
            self._comparison.write_bytes(msgspec.json.format(msgspec.json.encode(comparison.tracked)) + b"\n")
        if self._tables:
            self._tables.print(comparison_table(comparison, self._currency))
            for family in comparison.not_compared:
                self._tables.print(f"Left out: {family.name}: {family.reason}")

    @contextmanager
    def tuning(self) -> Iterator[TrialsProgress]:
        """Show a progress bar of trials."""
        with bars(stderr()) as progress:
            yield TrialsProgress(progress, self._config.tuning.n_trials)

    def tuned(self, tuned: TunedModel) -> None:
        """Show the version, and write its folder if --out is given."""
        version = tuned.version
        if self._out:
            self._keep(version.number, self._out)
        self.document["tuning"] = _tuning(tuned)
        self.document["version"] = {
            "number": version.number,
            "digest": version.digest,
            "registered_by": "this process" if tuned.is_new else "another process",
        }
        if self._tables:
            name = f"Version {version.number} ({version.card.recipe.name})"
            how = "is registered" if tuned.is_new else "came of this study: another process registered it"
            self._tables.print(f"{name} {how}, digest {version.digest[:12]}")

    def judged(self, number: int, verdict: Verdict) -> None:
        """Show each check of the gate."""
        self.document["verdict"] = {"passed": verdict.passed, "checks": verdict.checks, "candidacy": verdict.candidacy}
        if self._tables:
            self._tables.print(verdict_table(verdict, number))

    def promoted(self, entry: LedgerEntry) -> None:
        """Show the new champion."""
        self.document["champion"] = {"number": entry.version, "digest": entry.digest}
        if self._tables:
            self._tables.print(f"Version {entry.version} is champion and published")

    def _keep(self, number: int, out: Path) -> None:
        """Copy a version's folder from the registry to a new folder."""
        registry = self._session.get(ModelRegistry)
        with tempfile.TemporaryDirectory(prefix="medcost-") as fetched:
            shutil.copytree(self._session.run(registry.fetch(number, Path(fetched))), out)


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "run": comparison.run,
        "families": [
            {
                "name": evaluation.recipe.name,
                "folds": len(evaluation.folds),
                "mean": {metric.value: evaluation.mean(metric) for metric in type(comparison.metric)},
                "spread": {metric.value: evaluation.spread(metric) for metric in type(comparison.metric)},
                "coverage": evaluation.overall.interval.coverage,
                "test": comparison.test[evaluation.recipe.name],
                "fit_seconds": evaluation.fit_seconds,
                "predict_seconds": evaluation.predict_seconds,
            }
            for evaluation in comparison.ranking
        ],
        "not_compared": comparison.not_compared,
    }


def _tuning(tuned: TunedModel) -> dict[str, Any]:
    card = tuned.version.card
    return {
        "run": card.provenance.tracking_run,
        "study": card.provenance.study,
        "recipe": card.recipe.name,
        "hyperparameters": card.recipe.hyperparameters,
        "trials": card.provenance.trials,
        "best_trial": tuned.best.number,
        "cross_validation": card.cross_validation,
        "test": card.test,
    }
