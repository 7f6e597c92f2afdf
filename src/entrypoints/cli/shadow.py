"""The command `medcost models shadow`: a version compared with the champion on recorded predictions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from entrypoints.cli.opened import opened_for_monitoring
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, Version
from entrypoints.cli.output import money, print_json, stdout
from entrypoints.cli.tables import right, table
from entrypoints.cli.train_view import shown

if TYPE_CHECKING:
    from domain.models.scores import Scores
    from domain.models.shadow import Mover, Replay, ShadowReport, Spread


def shadow(
    version: Version,
    /,
    *,
    window: Annotated[timedelta, Parameter(show_default=lambda window: f"{window.days}d")] = timedelta(days=30),
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Replay the champion's predictions through another version, and compare both with the outcomes.

    Recorded predictions are not changed, and nothing new is recorded.

    For example:

        medcost models shadow 4

        medcost models shadow 4 --window 90d --json

    Parameters
    ----------
    version
        The version's number.
    window
        How far back to look, as 30d or 12h: the champion's predictions made since then, and their outcomes.
    """
    from application.models.shadow_model import ShadowModel

    with opened_for_monitoring(home, profile, window) as session:
        report = session.run(session.get(ShadowModel)(version, window))
    if json:
        print_json({**asdict(report), "movers": [_mover(mover) for mover in report.movers]})
        return
    console = stdout()
    console.print(
        f"Version {version} beside champion {report.champion.version}, since {report.since:%Y-%m-%d %H:%M} UTC: "
        f"{report.predictions:,} predictions, {report.outcomes:,} of them with outcomes"
    )
    if report.groups:
        console.print(_differences(report))
        console.print(_movers(report))
    if report.replay:
        console.print(_outcomes(report.replay, version))
    else:
        console.print(
            "Too few outcomes that neither version was trained on: it is not clear yet which version is closer."
        )


def _mover(mover: Mover) -> dict[str, Any]:
    was = mover.prediction
    return {
        "id": was.id,
        "beneficiary": was.beneficiary.as_facts(),
        "champion": {"expected": was.expected, "typical": was.typical},
        "challenger": {"expected": mover.expected, "typical": mover.typical},
        "difference": mover.difference,
        "outcome": was.outcome.charges if was.outcome else None,
    }


def _differences(report: ShadowReport) -> Table:
    numbers = right("mean", "mean size", "5 %", "median", "95 %")
    groups = table("group", *right("predictions"), "figure", *numbers, title="Challenger minus champion")

    def row(group: str, count: str, figure: str, differences: Spread) -> None:
        signed = (differences.mean, differences.p5, differences.median, differences.p95)
        mean, *quantiles = (f"{value:+,.0f}" for value in signed)
        groups.add_row(group, count, figure, mean, money(differences.mean_absolute), *quantiles)

    for group in report.groups:
        row(group.group, f"{group.predictions:,}", "expected", group.expected)
        row("", "", "typical", group.typical)
    return groups


def _movers(report: ShadowReport) -> Table:
    costs = right("champion", "challenger", "difference", "outcome")
    movers = table("prediction", "facts", *costs, title="Whose expected cost would change most")
    for mover in report.movers:
        was = mover.prediction
        facts = ", ".join(f"{name} {shown(value)}" for name, value in was.beneficiary.as_facts().items())
        outcome = money(was.outcome.charges) if was.outcome else ""
        movers.add_row(
            str(was.id), facts, money(was.expected), money(mover.expected), f"{mover.difference:+,.0f}", outcome
        )
    return movers


def _outcomes(replay: Replay, version: int) -> Table:
    comparison = replay.comparison
    title = (
        f"On {comparison.rows:,} outcomes that neither learnt from; CRPS of version {version} minus champion's "
        f"{comparison.difference:+,.0f}, at worst {comparison.upper_bound:+,.0f} (95 %)"
    )
    figures = table("", *right("champion", f"version {version}"), title=title)
    theirs, mine = (_on_outcomes(scores) for scores in (replay.champion, replay.challenger))
    for name in theirs:
        figures.add_row(name, theirs[name], mine[name])
    return figures


def _on_outcomes(scores: Scores) -> dict[str, str]:
    figures = {
        "CRPS": money(scores.crps),
        "bias of the expected cost": f"{scores.expected.bias or 0:+,.0f}",
        "RMSE of the expected cost": money(scores.expected.rmse),
        "MAE of the typical cost": money(scores.typical.mae),
        "coverage of the range": f"{scores.interval.coverage:.3f}",
    }
    for group in scores.groups:
        figures[f"coverage, bias of {group.group}"] = f"{group.coverage:.3f}, {group.bias:+,.0f}"
    return figures
