"""The command `medcost train`: compare families, tune the best, register, judge, promote and publish it."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from domain.errors import ConfigurationError
from domain.people.schema import Schema
from domain.ports.ledger import ModelLedger, champion_or_none
from domain.ports.tracker import TrackedComparison
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, OnBad
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.cli.training_output import TrainingOutput
from entrypoints.composition.overrides import compose_training, with_schema
from entrypoints.composition.plugins import faults
from entrypoints.composition.settings import TREE, Settings, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from application.models.train_model import TrainingTask
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
        from application.models.train_model import TrainModel  # see training_session

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
                stage=config.stage,
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
