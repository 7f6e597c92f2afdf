"""The body that asks for a webhook."""

from __future__ import annotations

from domain.operations.webhooks import SUBSCRIBABLE, WebhookEvent
from entrypoints.http.codecs.decoding import json_object, names
from entrypoints.http.errors import BadRequestFields
from entrypoints.http.schemas.problems import BadField


def webhook(body: bytes) -> tuple[str, list[WebhookEvent]]:
    """Read the address of a receiver, and the events that it is told. Whether it may be called is the domain's to say.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    given = json_object(body)
    errors = names(given, ("url", "events"))
    url, events = given.get("url"), given.get("events")
    if "url" in given and not isinstance(url, str):
        errors.append(BadField("/url", "type", "must be a text"))
    known = {event.value: event for event in SUBSCRIBABLE}
    several = events if isinstance(events, list) else []
    if "events" in given and not 1 <= len(several) <= len(SUBSCRIBABLE):
        errors.append(BadField("/events", "type", f"must be a list of 1 to {len(SUBSCRIBABLE)} of {', '.join(known)}"))
    else:
        errors += [
            BadField(f"/events/{place}", "choice", f"must be one of {', '.join(known)}")
            for place, event in enumerate(several)
            if not isinstance(event, str) or event not in known
        ]
    if errors or not isinstance(url, str):
        raise BadRequestFields(errors)
    return url, [known[event] for event in several if isinstance(event, str)]
