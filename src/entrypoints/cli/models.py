"""The commands `medcost models` and `medcost publish`: versions, gate, ledger and model store."""

from __future__ import annotations

import getpass
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from domain.costs.prediction import ModelReference
from domain.models import card as model_card
from entrypoints.cli import scores_view
from entrypoints.cli.opened import opened
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, Version
from entrypoints.cli.output import money, print_json, stderr, stdout
from entrypoints.cli.tables import folded, minute, table
from entrypoints.cli.train_view import shown, verdict_table
from entrypoints.composition.settings import Settings, load
from entrypoints.hosting.session import review

if TYPE_CHECKING:
    from application.models.review_models import ReviewedVersion
    from domain.models.ledger import LedgerEntry
    from entrypoints.hosting.session import Session

app = App(name="models", help="Versions, gate, ledger: list, show, promote, rollback, history, shadow.")
app.command(
    "entrypoints.cli.shadow:shadow",
    name="shadow",
    help="Replay the champion's predictions through another version, and compare both with the outcomes.",
)


@app.command(name="list")
def list_(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """List all versions, newest first, with their scores and the gate's verdict."""
    versions = review(load({"home": home, "profile": profile}), lambda models: models())
    if json:
        print_json({"models": [_summary(version) for version in versions]})
    elif versions:
        stdout().print(_versions(list(versions)))
        if not any(version.is_champion for version in versions):
            stdout().print("No version is champion: `medcost models show VERSION` says what the gate found")
    else:
        stderr().print("No versions yet: run `medcost train stage=all`")


@app.command
def show(
    version: Version,
    /,
    *,
    markdown: Annotated[bool, Parameter(negative="")] = False,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Show one version: its card and the gate's verdict.

    For example:

        medcost models show 3

        medcost models show 3 --markdown > card.md

    Parameters
    ----------
    version
        The version's number.
    markdown
        Print the whole model card in Markdown: data, figures, intended use, limits.
    """
    reviewed = review(load({"home": home, "profile": profile}), lambda models: models.get(version))
    if json:
        print_json({**_summary(reviewed), "card": reviewed.version.card, "verdict": _verdict(reviewed)})
        return
    if markdown:
        sys.stdout.write(model_card.markdown(reviewed.version, reviewed.verdict))
        return
    console = stdout()
    console.print(_card(reviewed))
    card = reviewed.version.card
    for scores in scores_view.side_by_side(card.cross_validation, card.test, card.currency):
        console.print(scores)
    if reviewed.verdict:
        console.print(verdict_table(reviewed.verdict, version))


@app.command
def promote(
    version: Version,
    /,
    *,
    reason: str | None = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Make a version champion if the gate let it, and publish it.

    If MEDCOST_MODEL_SERVERS names model servers, the command waits until every server that answers serves the
    version, and fails after 30 s.

    For example:

        medcost models promote 3

        medcost models promote 3 --reason "the gate compared with a champion that is known to be wrong"

    Parameters
    ----------
    version
        The version's number.
    reason
        Reason for promoting a version that the gate refused; it is recorded in the ledger with your name.
    """
    from application.models.promote_model import PromoteModel

    with opened(home, profile) as session:
        entry = session.run(session.get(PromoteModel)(version, by=getpass.getuser(), reason=reason))
        _print_entry(entry, json=json)
        _await_replicas(session, entry)


@app.command
def rollback(
    *,
    reason: str | None = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Make the previous champion champion again and publish it; model servers are waited for as by `promote`.

    For example:

        medcost models rollback --reason "answers for smokers are off"

    Parameters
    ----------
    reason
        Reason for the change; it is recorded in the ledger with your name.
    """
    from application.models.roll_back_model import RollBackModel

    with opened(home, profile) as session:
        entry = session.run(session.get(RollBackModel)(by=getpass.getuser(), reason=reason))
        _print_entry(entry, json=json)
        _await_replicas(session, entry)


@app.command
def history(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Show the ledger: each change of the champion with its author, time and reason; verify the seals."""
    entries = review(load({"home": home, "profile": profile}), lambda models: models.history())
    if json:
        print_json({"verified": True, "entries": entries})
        return
    columns = folded("entry", "when", "change", "champion", "before", "by", "reason", "seal")
    changes = table(*columns, title="Ledger: each seal holds", lines=True)
    for entry in entries:
        changes.add_row(
            str(entry.number), f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.change.value, str(entry.version),
            "" if entry.replaces is None else str(entry.replaces), escape(entry.by),
            escape(entry.reason) + (" [yellow](gate overridden)[/]" if entry.overridden else ""), entry.seal[:12],
        )  # fmt: skip
    stdout().print(changes)


def publish(
    *,
    version: Annotated[Version | None, Parameter(help="The version's number; the champion by default.")] = None,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Copy a version from the registry to the model store, and point model servers to the ledger's champion.

    For example:

        medcost publish

        medcost publish --version 3
    """
    from application.models.publish_model import PublishModel

    with opened(home, profile) as session:
        published = session.run(session.get(PublishModel)(version))
    if json:
        print_json({"version": published.number, "digest": published.digest})
    else:
        stdout().print(f"Version {published.number} ({published.card.recipe.name}) is published")


def _summary(reviewed: ReviewedVersion) -> dict[str, Any]:
    version, card = reviewed.version, reviewed.version.card
    return {
        "version": version.number,
        "digest": version.digest,
        "registered_at": version.registered_at,
        "champion": reviewed.is_champion,
        "recipe": card.recipe.name,
        "family": card.recipe.family,
        "passed": None if reviewed.verdict is None else reviewed.verdict.passed,
        "rows": card.rows,
        "people": card.people,
        "data": card.origin.name,
        "cross_validation": card.cross_validation,
    }


def _verdict(reviewed: ReviewedVersion) -> dict[str, Any] | None:
    if reviewed.verdict is None:
        return None
    return {
        "passed": reviewed.verdict.passed,
        "checks": reviewed.verdict.checks,
        "candidacy": reviewed.verdict.candidacy,
    }


def _versions(versions: list[ReviewedVersion]) -> Table:
    columns = ("version", "recipe", "registered", "data", "CRPS", "typical MAE", "R²", "coverage", "gate")
    listed = table(*columns, lines=True)
    for reviewed in versions:
        card = reviewed.version.card
        scores = card.cross_validation
        gate = "not judged" if reviewed.verdict is None else "passed" if reviewed.verdict.passed else "[red]refused[/]"
        listed.add_row(
            f"{reviewed.version.number}" + (" [bold green]champion[/]" if reviewed.is_champion else ""),
            card.recipe.name,
            minute(reviewed.version.registered_at), escape(card.origin.name), money(scores.crps),
            money(scores.typical.mae), f"{scores.expected.r2:.3f}", f"{scores.interval.coverage:.3f}", gate,
        )  # fmt: skip
    return listed


def _card(reviewed: ReviewedVersion) -> Table:
    version, card = reviewed.version, reviewed.version.card
    settings = ", ".join(f"{name}={shown(value)}" for name, value in card.recipe.hyperparameters.items())
    facts = Table(show_header=False, box=None, pad_edge=False)
    rows = {
        "version": f"{version.number}" + (" [bold green]champion[/]" if reviewed.is_champion else ""),
        "recipe": card.recipe.name + (f": {settings}" if settings else ""),
        "digest": version.digest,
        "made": f"{card.created_at:%Y-%m-%d %H:%M:%S} UTC, git {card.provenance.git_revision or 'unknown'}",
        "data": escape(f"{card.origin.name}: {card.origin.description}; {card.rows:,} rows, {card.data_digest[:12]}"),
        "chosen by": f"{card.provenance.metric}, {card.provenance.trials} trials; run {card.provenance.tracking_run}",
        "residuals by": ", ".join(card.grouping) or "all together",
        "notes": "; ".join(card.notes) or "none",
    }
    for name, value in rows.items():
        facts.add_row(name, value)
    return facts


def _print_entry(entry: LedgerEntry, *, json: bool) -> None:
    if json:
        print_json(entry)
    else:
        before = f" instead of {entry.replaces}" if entry.replaces is not None else ""
        stdout().print(f"Version {entry.version} is champion{before} and published (ledger entry {entry.number})")


def _await_replicas(session: Session, entry: LedgerEntry) -> None:
    settings = session.get(Settings)
    if not settings.model_servers:
        return
    from application.models.await_replicas import AwaitReplicas

    began = time.monotonic()
    with stderr().status("waiting until every model server serves it"):
        replicas = session.run(session.get(AwaitReplicas)(ModelReference(entry.version, entry.digest)))
    served = f"{len(replicas)} model server{'s' if len(replicas) > 1 else ''}"
    stderr().print(f"Served by {served}, after {time.monotonic() - began:.1f} s")
