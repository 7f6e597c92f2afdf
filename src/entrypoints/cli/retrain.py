"""`medcost retrain`: new data, and whatever they lead to: a new champion, or the old one for a reason."""

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
from entrypoints.cli.output import answer, print_json, usd
from entrypoints.cli.train import TrainingOutput, task_of, told, training_session, with_bad_rows
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
    """Retrain on new data: compare, tune, register, ask the gate, then promote and publish, or keep the champion.

    For a timer: it may be killed at any moment and run again, when it goes on where it was, and of two at once the
    second says whose the first is. The status is 0 when the champion was replaced, when the gate refused and the
    champion stays, and when there was nothing to do; 1 when it failed, as on data that break the contract.

    Data that the champion was made of, by the same configuration, are nothing to do. Data of which a version was made
    that the gate refused are not trained on again, but the gate is asked again.

    For example:

        medcost retrain dataset=csv dataset.path=claims.csv

        medcost retrain dataset=csv dataset.path=claims.csv gate=strict gate.outcomes=true --json

    Parameters
    ----------
    overrides
        `key=value`, as for `medcost train`, which names a dataset; `stage` is no matter of choice.
    force
        Train also where nothing has changed, for example after an upgrade of the code.
    """
    settings = load({"home": home, "profile": profile})
    if any(one.startswith("stage=") for one in overrides):
        message = "retrain goes through all stages: say stage= to `medcost train`"
        raise ConfigurationError(message)
    if not settings.data and not any(one.startswith("dataset=") for one in overrides):
        message = "name the new data: medcost retrain dataset=csv dataset.path=FILE"
        raise ConfigurationError(message)
    settings, config = told(with_bad_rows(overrides, on_bad), settings)
    with retrainings_of(settings).alone(), training_session(settings, config) as session:
        from application.models.retrain_model import ReportRetraining, RetrainModel  # see training_session

        task = task_of(session, config)
        view = TrainingOutput(session, config, task, None if json else answer())
        view.tell_left_out()
        begun, done = session.get(RetrainModel)(task, view, by=getpass.getuser(), force=force, wait=session.run)
        report = _report(begun, done) | view.document
        kept = session.get(ReportRetraining)(done, report)
    if json:
        print_json(report)
    else:
        console = answer()
        console.print(_summary(begun, done))
        console.print(escape(f"{begun.occasion}. {done.reason}" if done.result is Result.REFUSED else done.reason))
        if kept:
            console.print(f"Report: {kept}", soft_wrap=True)


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


def _monitoring(found: MonitoringReport | None) -> dict[str, Any] | None:
    if found is None:
        return None
    groups = [{**asdict(one), "coverage": one.coverage} for one in found.groups]
    return {"at": found.at, "alarms": found.alarms, "groups": groups}


def _version(one: ModelVersion | None) -> dict[str, Any] | None:
    if one is None:
        return None
    card = one.card
    return {
        "version": one.number,
        "digest": one.digest,
        "recipe": card.recipe.name,
        "made": card.created_at,
        "data": {"name": card.origin.name, "rows": card.rows, "people": card.people, "digest": card.data_digest},
        "cross_validation": card.cross_validation,
    }


def _summary(begun: Retraining, done: Retrained) -> Table:
    colour = {Result.PROMOTED: "green", Result.REFUSED: "red", Result.UNCHANGED: "dim"}[done.result]
    table = Table(title=f"Retraining: [bold {colour}]{done.result}[/]", title_justify="left", box=None, pad_edge=False)
    table.add_column(overflow="fold")
    table.add_column("before", overflow="fold")
    table.add_column("served now", overflow="fold")
    before, after = _told(begun.champion), _told(done.served)
    for name in before:
        table.add_row(name, before[name], after[name])
    return table


def _told(one: ModelVersion | None) -> dict[str, str]:
    names = ("version", "recipe", "data", "CRPS", "coverage", "typical MAE")
    if one is None:
        return dict.fromkeys(names, "none")
    card, scores = one.card, one.card.cross_validation
    data = f"{card.origin.name}, {card.rows:,} rows"
    figures = (usd(scores.crps), f"{scores.interval.coverage:.3f}", usd(scores.typical.mae))
    return dict(zip(names, (str(one.number), card.recipe.name, escape(data), *figures), strict=True))
