"""`medcost webhooks`: who is called when something happens."""

from __future__ import annotations

import getpass
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.markup import escape
from rich.table import Column

from application.operations.manage_webhooks import ManageWebhooks
from domain.access.callers import LOCAL, Caller
from domain.errors import ConfigurationError
from domain.operations.webhooks import SUBSCRIBABLE, Delivery, Webhook, WebhookEvent
from entrypoints.cli.opened import opened
from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder, Whole
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.cli.tables import minute, table
from entrypoints.composition.settings import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrypoints.hosting.session import Session

HookId: TypeAlias = Annotated[UUID, Parameter(help="Its id, as `medcost webhooks list` shows it.")]

app = App(name="webhooks", help="Webhooks: list, add, ping, log, replay, remove.")


@contextmanager
def _managing(home: Path | None, profile: Profile | None) -> Iterator[tuple[Session, ManageWebhooks, Caller]]:
    with opened(home, profile) as session:
        yield session, session.get(ManageWebhooks), Caller(LOCAL.owner, LOCAL.role, getpass.getuser())


@app.command(name="list")
def list_(*, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """List all webhooks, newest first, with those that receive nothing any more."""
    with _managing(home, profile) as (session, manage, caller):
        webhooks = session.run(manage.all(caller))
    if json:
        print_json({"webhooks": [_described(webhook) for webhook in webhooks]})
        return
    columns = ("url", "events", "owner", "made", "failing since", "disabled")
    listed = table(Column("id", no_wrap=True), *columns, lines=True)
    for webhook in webhooks:
        times = [minute(time) for time in (webhook.created_at, webhook.failing_since, webhook.disabled_at)]
        listed.add_row(str(webhook.id), escape(webhook.url), _events(webhook), escape(webhook.owner), *times)
    stdout().print(listed)


@app.command
def add(
    url: str,
    /,
    *,
    event: Annotated[list[str], Parameter(negative="")],
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Call a receiver when something happens. The secret that signs the calls is shown only now.

    For example:

        medcost webhooks add https://hooks.example.org/medcost --event model.promoted --event alarm.raised

    Parameters
    ----------
    url
        Of the receiver: HTTPS, at a public address. MEDCOST_WEBHOOKS_PRIVATE=true allows private networks.
    event
        What the receiver is told: job.done, job.failed, model.promoted, model.rolled_back, model.refused or
        alarm.raised. May come often.
    """
    events = [_event(name) for name in event]
    with _managing(home, profile) as (session, manage, caller):
        webhook = session.run(manage.add(url, events, caller))
    if json:
        print_json({**_described(webhook), "secret": webhook.secret})
    else:
        stderr().print(f"Webhook {webhook.id} for {webhook.url}. Its secret is shown only now:", markup=False)
        stdout().print(webhook.secret, markup=False)


@app.command
def ping(webhook: HookId, /, *, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Send an event that means nothing, to try a receiver; one that takes it is enabled again.

    A running Medcost makes the call; `medcost webhooks log` shows what was answered.
    """
    with _managing(home, profile) as (session, manage, caller):
        delivery = session.run(manage.ping(webhook, caller))
    _print_waiting(delivery, json=json)


@app.command
def log(
    webhook: HookId,
    /,
    *,
    limit: Annotated[Whole, Parameter(validator=Number(gte=1, lte=500))] = 50,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Show what a receiver was told or will be, newest first, with what it answered; kept for thirty days.

    Parameters
    ----------
    limit
        How many deliveries at most.
    """
    with _managing(home, profile) as (session, manage, caller):
        deliveries = session.run(manage.deliveries(webhook, caller, limit=limit))
    if json:
        print_json({"deliveries": [_delivered(delivery) for delivery in deliveries]})
        return
    columns = ("event", "made", "state", "calls", "last answer")
    listed = table(Column("id", no_wrap=True), *columns, lines=True)
    for delivery in deliveries:
        last = delivery.attempts[-1] if delivery.attempts else None
        result = str(last.status or last.error) if last else ""
        calls = str(len(delivery.attempts))
        listed.add_row(
            str(delivery.id), delivery.event.value, minute(delivery.created_at), delivery.state.value, calls, result
        )
    stdout().print(listed)


@app.command
def replay(
    webhook: HookId,
    delivery: UUID,
    /,
    *,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Send an event once more, under the same identifier. A running Medcost makes the call.

    Parameters
    ----------
    delivery
        The id of the delivery, as `medcost webhooks log` shows it.
    """
    with _managing(home, profile) as (session, manage, caller):
        again = session.run(manage.replay(webhook, delivery, caller))
    _print_waiting(again, json=json)


@app.command
def remove(webhook: HookId, /, *, home: HomeFolder = None, profile: ChosenProfile = None) -> None:
    """Forget a webhook and its deliveries."""
    with _managing(home, profile) as (session, manage, caller):
        session.run(manage.remove(webhook, caller))
    stdout().print(f"Webhook {webhook} is removed")


def _event(name: str) -> WebhookEvent:
    choices = {event.value: event for event in SUBSCRIBABLE}
    if name not in choices:
        message = f"--event: expected one of {', '.join(choices)}, found {name!r}"
        raise ConfigurationError(message)
    return choices[name]


def _print_waiting(delivery: Delivery, *, json: bool) -> None:
    if json:
        print_json(_delivered(delivery))
    else:
        stdout().print(f"Delivery {delivery.id} waits: medcost webhooks log {delivery.webhook_id}")


def _described(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": sorted(event.value for event in webhook.events),
        "owner": webhook.owner,
        "created_at": webhook.created_at,
        "failing_since": webhook.failing_since,
        "disabled_at": webhook.disabled_at,
    }


def _delivered(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "created_at": delivery.created_at,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "body": delivery.body,
    }


def _events(webhook: Webhook) -> str:
    return ", ".join(sorted(event.value for event in webhook.events))
