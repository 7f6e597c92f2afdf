"""`medcost train`: compare families, tune the best, register it, ask the gate, promote, publish."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console

from domain.errors import ConfigurationError, NoChampion
from domain.ports.ledger import ModelLedger
from domain.ports.registry import ModelRegistry
from domain.ports.tracker import TrackedComparison
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import answer, print_json, to_people
from entrypoints.cli.train_view import FoldsProgress, TrialsProgress, bars, comparison_table, verdict_table
from entrypoints.wiring.overrides import compose_training
from entrypoints.wiring.settings import TREE, Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from application.compare_models import Comparison
    from application.tune_model import TunedModel
    from domain.promotion import Verdict
    from entrypoints.wiring.session import Session
    from entrypoints.wiring.train_config import TrainConfig


def train(
    *overrides: str,
    first: Annotated[bool, Parameter(negative="")] = False,
    comparison: Path | None = None,
    out: Path | None = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Train: compare families, tune the best, register, judge and promote it.

    `stage=training` compares; `stage=optuna` tunes the best of the last comparison on these data, registers and judges
    it; `stage=all` (the default) does both, promotes through the gate and publishes.

    For example:

        medcost train stage=all dataset=csv dataset.path=insurance.csv

        medcost train stage=training cv.n_splits=10 model=[linear,forest] seed=7

        medcost train stage=optuna sampler=random pruner=hyperband tuning.n_trials=50

        medcost train stage=optuna --comparison comparison.json --out model

    Killed, the same command goes on from the trials of its study; the champion stays as it is. Any number of processes
    may run the same command at once, on one machine or on many with one database: they share the trials, and one of
    them registers the result.

    Parameters
    ----------
    overrides
        `key=value`, by the names in config/: groups (dataset, model, transform, cv, selection, tuning, sampler, pruner,
        gate, tracking) and their keys.
    first
        Only if there is no champion yet; else nothing is done.
    comparison
        JSON file that a comparison is written to; with `stage=optuna`, the file that says which family is to be tuned,
        in place of the last comparison in the tracking store.
    out
        Folder that the tuned model is also written to, for `medcost evaluate --model`.
    """
    settings, config = told(overrides, load({"home": home, "profile": profile}))
    _refuse_unwritable(comparison, out)
    with training_session(settings, config) as session:
        if first and _has_champion(session):
            print_json({"stage": None}) if json else answer().print("There is a champion: nothing is trained")
            return
        Training(session, config, answer() if not json else None, comparison=comparison, out=out).run()


def told(overrides: Sequence[str], settings: Settings) -> tuple[Settings, TrainConfig]:
    """Compose what overrides say; experiments go where it says, too."""
    config = compose_training(overrides, data=settings.data)
    if config.tracking.uri:
        settings = msgspec.structs.replace(settings, tracking_uri=config.tracking.uri)
    return settings, config


def _has_champion(session: Session) -> bool:
    try:
        session.run(session.get(ModelLedger).champion())
    except NoChampion:
        return False
    return True


def training_session(settings: Settings, config: TrainConfig) -> AbstractContextManager[Session]:
    """Open what a training needs."""
    # scikit-learn, MLflow, BentoML: seconds that only a training that was understood is to cost
    from entrypoints.wiring.session import session
    from entrypoints.wiring.training import training_container

    return session(settings, lambda: training_container(settings, config), tuning=True)


class Training:
    """One training, stage by stage, and the ``document`` that tells of it."""

    def __init__(
        self,
        session: Session,
        config: TrainConfig,
        tables: Console | None,
        *,
        comparison: Path | None = None,
        out: Path | None = None,
    ) -> None:
        self._session = session
        self._config = config
        self._tables = tables
        self._comparison = comparison
        self._out = out
        self._revision = session.get(Settings).revision or git_revision()
        self.document: dict[str, Any] = {"stage": config.stage, "metric": config.selection.metric.value}

    def run(self) -> None:
        """Go through the stages that the configuration asks for."""
        stage = self._config.stage
        try:
            compared = _read(self._comparison) if stage == "optuna" else self.compare()
            if stage != "training":
                with self.tune(compared) as tuned:
                    self._judge(tuned)
                    if stage == "all":
                        self._promote(tuned.version.number)
        finally:
            if self._tables is None and self.document.keys() - {"stage", "metric"}:  # more than what was asked
                print_json(self.document)

    def compare(self) -> TrackedComparison:
        """Compare families."""
        from application.compare_models import CompareModels  # see training_session

        config, plan = self._config, self._config.plan
        compare = self._session.get(CompareModels)
        with bars(to_people()) as progress:
            shown = FoldsProgress(progress, config.recipes, plan.n_splits * plan.n_repeats, config.selection.metric)
            found = compare(
                config.recipes,
                plan,
                config.selection.metric,
                git_revision=self._revision,
                configuration=config.flat,
                on_fold=shown,
            )
        self.document["comparison"] = _comparison(found)
        if self._comparison:
            self._comparison.write_bytes(msgspec.json.format(msgspec.json.encode(found.tracked)) + b"\n")
        if self._tables:
            self._tables.print(comparison_table(found))
        return found.tracked

    @contextmanager
    def tune(self, compared: TrackedComparison | None, occasion: str = "") -> Iterator[TunedModel]:
        """Tune the best family, and have the study for oneself as long as something is done about its result.

        Args:
            compared: which family is best; None asks the tracking store for the last comparison on these data.
            occasion: why, where no person asked for it.
        """
        from application.tune_model import TuneModel

        config = self._config
        tune = self._session.get(TuneModel)
        with tempfile.TemporaryDirectory(prefix="medcost-") as workspace, ExitStack() as alone:
            with bars(to_people()) as progress:
                shown = TrialsProgress(progress, config.tuning.n_trials)
                tuned = alone.enter_context(
                    tune(
                        config.plan,
                        config.spaces,
                        study=config.tuning.study,
                        git_revision=self._revision,
                        configuration=config.flat,
                        occasion=occasion,
                        comparison=compared,
                        into=Path(workspace),
                        wait=self._session.run,
                        on_start=shown.begun,
                        on_trial=shown,
                        on_wait=shown.waits,
                        on_fit=shown.fits,
                    )
                )
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
            yield tuned

    def _keep(self, number: int, out: Path) -> None:
        """Write a version's folder, whoever made it."""
        registry = self._session.get(ModelRegistry)
        with tempfile.TemporaryDirectory(prefix="medcost-") as fetched:
            shutil.copytree(self._session.run(registry.fetch(number, Path(fetched))), out)

    def _judge(self, tuned: TunedModel) -> None:
        from application.judge_model import JudgeModel

        judge, number = self._session.get(JudgeModel), tuned.version.number
        verdict = self._session.run(judge(number, self._config.policy, self._config.plan, anew=tuned.is_new))
        self.tell(verdict, number)

    def tell(self, verdict: Verdict, number: int) -> None:
        """Show what the gate said of a version."""
        self.document["verdict"] = {"passed": verdict.passed, "checks": verdict.checks, "candidacy": verdict.candidacy}
        if self._tables:
            self._tables.print(verdict_table(verdict, number))

    def _promote(self, number: int) -> None:
        from application.promote_model import PromoteModel

        promote = self._session.get(PromoteModel)
        entry = self._session.run(promote(number, by=getpass.getuser()))
        self.document["champion"] = {"number": entry.version, "digest": entry.digest}
        if self._tables:
            self._tables.print(f"Version {entry.version} is champion and published")


def _refuse_unwritable(comparison: Path | None, out: Path | None) -> None:
    """Find before the training what would fail after it."""
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
    """Name the commit of the code, empty where that cannot be known."""
    command = ["git", "-C", str(TREE), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()  # noqa: S603  # no part of it comes from outside
    except (OSError, subprocess.SubprocessError):
        return ""


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "run": found.run,
        "families": [
            {
                "name": one.recipe.name,
                "folds": len(one.folds),
                "mean": {metric.value: one.mean(metric) for metric in type(found.metric)},
                "spread": {metric.value: one.spread(metric) for metric in type(found.metric)},
                "coverage": one.overall.interval.coverage,
                "test": found.test[one.recipe.name],
                "fit_seconds": one.fit_seconds,
                "predict_seconds": one.predict_seconds,
            }
            for one in found.ranking
        ],
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
