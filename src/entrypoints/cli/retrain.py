"""The command `medcost retrain`: train on new data, then promote the new version or keep the champion."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.markup import escape
from rich.table import Table

from domain.errors import ConfigurationError
from domain.models.retraining import Result
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, OnBad
from entrypoints.cli.output import money, print_json, stdout
from entrypoints.cli.tables import folded, table
from entrypoints.cli.train import resolved, task_of, training_session, with_bad_rows
from entrypoints.cli.training_output import TrainingOutput
from entrypoints.composition.retrainings import retrainings_of
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from domain.models.model import ModelVersion
    from domain.models.retraining import Retrained, Retraining
    from domain.monitoring.report import MonitoringReport


def retrain(
    *overrides: str,
    force: Annotated[bool, Parameter(negative="")] = False,
    on_bad: OnBad = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Retrain on new data: compare, tune, register and judge; promote and publish if the gate passes the version.

    The command is made for a timer. It may be killed at any moment: the next run continues. If two run at once, the
    second ends and names the first. The exit status is 0 when the champion was replaced, when the gate refused the
    new version, and when there was nothing to do; it is 1 after a failure, such as data that break the contract.

    There is nothing to do if the champion was trained on the same data with the same configuration. If a version of
    the same data was refused by the gate, it is not trained again, but judged again.

    For example:

        medcost retrain dataset=csv dataset.path=claims.csv

        medcost retrain dataset=csv dataset.path=claims.csv gate=strict gate.outcomes=true --json

    Parameters
    ----------
    overrides
        `key=value`, as for `medcost train`, including a dataset; `stage` cannot be set.
    force
        Train also where nothing has changed, for example after an upgrade of the code.
    """
    settings = load({"home": home, "profile": profile})
    if any(override.startswith("stage=") for override in overrides):
        message = "retrain goes through all stages: say stage= to `medcost train`"
        raise ConfigurationError(message)
    if not settings.data and not any(override.startswith("dataset=") for override in overrides):
        message = "name the new data: medcost retrain dataset=csv dataset.path=FILE"
        raise ConfigurationError(message)
    settings, config = resolved(with_bad_rows(overrides, on_bad), settings)
    with retrainings_of(settings).alone(), training_session(settings, config) as session:
        from application.models.retrain_model import ReportRetraining, RetrainModel  # see training_session

        task = task_of(session, config)
        view = TrainingOutput(session, config, task, None if json else stdout())
        view.print_left_out()
        begun, done = session.get(RetrainModel)(task, view, by=getpass.getuser(), force=force, wait=session.run)
        report = _report(begun, done) | view.document
        file = session.get(ReportRetraining)(done, report)
    if json:
        print_json(report)
    else:
        console = stdout()
        console.print(_summary(begun, done))
        console.print(escape(f"{begun.occasion}. {done.reason}" if done.result is Result.REFUSED else done.reason))
        if file:
            console.print(f"Report: {file}", soft_wrap=True)


def _report(begun: Retraining, done: Retrained) -> dict[str, Any]:
    return {
        "result": done.result,
        "occasion": begun.occasion,
        "reason": done.reason,
        "data": {"name": begun.origin.name, "rows": begun.rows, "digest": begun.data_digest},
        "monitoring": _monitoring(begun.monitoring),
        "before": _version(begun.champion),
        "served": _version(done.served),
        "entry": done.entry,
    }


def _monitoring(report: MonitoringReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    groups = [{**asdict(group), "coverage": group.coverage} for group in report.groups]
    return {"at": report.at, "alarms": report.alarms, "groups": groups}


def _version(version: ModelVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    card = version.card
    return {
        "version": version.number,
        "digest": version.digest,
        "recipe": card.recipe.name,
        "made": card.created_at,
        "data": {"name": card.origin.name, "rows": card.rows, "people": card.people, "digest": card.data_digest},
        "cross_validation": card.cross_validation,
    }


def _summary(begun: Retraining, done: Retrained) -> Table:
    colour = {Result.PROMOTED: "green", Result.REFUSED: "red", Result.UNCHANGED: "dim"}[done.result]
    summary = table(*folded("", "before", "served now"), title=f"Retraining: [bold {colour}]{done.result}[/]")
    before, after = _row_texts(begun.champion), _row_texts(done.served)
    for name in before:
        summary.add_row(name, before[name], after[name])
    return summary


def _row_texts(version: ModelVersion | None) -> dict[str, str]:
    names = ("version", "recipe", "data", "CRPS", "coverage", "typical MAE")
    if version is None:
        return dict.fromkeys(names, "none")
    card, scores = version.card, version.card.cross_validation
    data = f"{card.origin.name}, {card.rows:,} rows"
    figures = (money(scores.crps), f"{scores.interval.coverage:.3f}", money(scores.typical.mae))
    return dict(zip(names, (str(version.number), card.recipe.name, escape(data), *figures), strict=True))
