"""The command `medcost train`: compare families, tune the best, register, judge, promote and publish it."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console

from domain.errors import ConfigurationError
from domain.people.schema import Schema
from domain.ports.dataset import ClaimsDataset
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.registry import ModelRegistry
from domain.ports.tracker import TrackedComparison
from entrypoints.cli.left_out import print_claims
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, OnBad
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.cli.train_view import FoldsProgress, TrialsProgress, bars, comparison_table, verdict_table
from entrypoints.composition.overrides import compose_training, with_schema
from entrypoints.composition.plugins import faults
from entrypoints.composition.settings import TREE, Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from application.models.compare_models import Comparison
    from application.models.train_model import TrainingTask
    from application.models.tune_model import TunedModel
    from domain.models.ledger import LedgerEntry
    from domain.models.promotion import Verdict
    from entrypoints.composition.train_config import TrainConfig
    from entrypoints.hosting.session import Session


def train(
    *overrides: str,
    first: Annotated[bool, Parameter(negative="")] = False,
    comparison: Path | None = None,
    out: Path | None = None,
    on_bad: OnBad = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Compare model families, tune the best, register, judge and promote it.

    `stage=training` compares; `stage=optuna` tunes the best of the last comparison on these data, registers and judges
    it; `stage=all` (the default) does both, promotes through the gate and publishes.

    For example:

        medcost train stage=all dataset=csv dataset.path=insurance.csv

        medcost train dataset=csv dataset.path=claims.csv dataset.map.gender=sex dataset.map.sex:0=female --on-bad drop

        medcost train stage=training cv.n_splits=10 model=[linear,forest] seed=7

        medcost train stage=optuna sampler=random pruner=hyperband tuning.n_trials=50

        medcost train stage=optuna --comparison comparison.json --out model

    After a kill, the same command continues from the trials of its study; the champion is not changed. Any number of
    processes may run the same command at once, on one machine or on several that share a database: they share the
    trials, and one of them registers the result.

    Parameters
    ----------
    overrides
        `key=value`, by the names in config/: groups (dataset, model, transform, cv, training, selection, tuning,
        sampler, pruner, gate, tracking) and their keys; `schema=` names a schema, or its file.
    first
        Train only if there is no champion yet; otherwise do nothing.
    comparison
        JSON file that a comparison is written to; with `stage=optuna`, the file that says which family is to be tuned,
        in place of the last comparison in the tracking store.
    out
        Folder that the tuned model is also written to, for `medcost evaluate --model`.
    """
    settings, config = resolved(with_bad_rows(overrides, on_bad), load({"home": home, "profile": profile}))
    for fault in faults():
        stderr().print(fault, markup=False)
    _refuse_unwritable(comparison, out)
    with training_session(settings, config) as session:
        from application.models.train_model import Stage, TrainModel  # see training_session

        if first and session.run(champion_or_none(session.get(ModelLedger))):
            print_json({"stage": None}) if json else stdout().print("There is a champion: nothing is trained")
            return
        task, tables = task_of(session, config), None if json else stdout()
        view = TrainingOutput(session, config, task, tables, comparison=comparison, out=out)
        try:
            view.print_left_out()
            compared = _read(comparison) if config.stage == "optuna" else None
            session.get(TrainModel)(
                task,
                view,
                stage=Stage(config.stage),
                by=getpass.getuser(),
                comparison=compared,
                wait=session.run,
            )
        finally:
            if json and view.document.keys() - {"stage", "metric"}:  # more than what was asked
                print_json(view.document)


def resolved(overrides: Sequence[str], settings: Settings) -> tuple[Settings, TrainConfig]:
    """Compose the configuration from overrides and settings; return the settings with its schema and tracking URI."""
    overrides, settings = with_schema(overrides, settings)
    config = compose_training(overrides, data=settings.data)
    if config.tracking.uri:
        settings = msgspec.structs.replace(settings, tracking_uri=config.tracking.uri)
    return settings, config


def with_bad_rows(overrides: Sequence[str], on_bad: str | None) -> Sequence[str]:
    """Add the option --on-bad to the overrides, if it was given."""
    return [*overrides, f"dataset.on_bad={on_bad}"] if on_bad else overrides


def training_session(settings: Settings, config: TrainConfig) -> AbstractContextManager[Session]:
    """Open a session with everything that training needs."""
    # scikit-learn, MLflow, BentoML: seconds that only a training that was understood is to cost
    from entrypoints.composition.sklearn_parts import prepare_fits
    from entrypoints.composition.training import training_container
    from entrypoints.hosting.session import session

    return session(settings, lambda: training_container(settings, config), tuning=True, meanwhile=prepare_fits)


def task_of(session: Session, config: TrainConfig) -> TrainingTask:
    """Build the training task from its configuration."""
    from application.models.train_model import TrainingTask

    schema = session.get(Schema)
    return TrainingTask(
        recipes=config.recipes(schema),
        spaces=config.spaces(schema),
        plan=config.plan,
        metric=config.selection.metric,
        policy=config.policy,
        least_zeros=config.least_zeros,
        family_seconds=config.training.family_seconds,
        study=config.tuning.study,
        git_revision=session.get(Settings).revision or git_revision(),
        configuration={**config.flat, "schema": schema.name, "schema.digest": schema.digest},
    )


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


def _refuse_unwritable(comparison: Path | None, out: Path | None) -> None:
    """Refuse output paths that could not be written after the training."""
    if out and out.exists():
        message = f"{out} is there already: --out writes a new folder"
        raise ConfigurationError(message)
    for folder in (file.parent for file in (comparison, out) if file):
        if not folder.is_dir():
            message = f"there is no folder {folder}"
            raise ConfigurationError(message)


def _read(comparison: Path | None) -> TrackedComparison | None:
    if comparison is None:
        return None
    try:
        return msgspec.json.decode(comparison.read_bytes(), type=TrackedComparison)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{comparison} holds no comparison: {error}"
        raise ConfigurationError(message) from error


def git_revision() -> str:
    """Return the commit of the code; empty if git does not know it."""
    command = ["git", "-C", str(TREE), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()  # noqa: S603  # no part of it comes from outside
    except (OSError, subprocess.SubprocessError):
        return ""


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
