"""The body of a request for a webhook."""

from __future__ import annotations

from domain.operations.webhooks import SUBSCRIBABLE, WebhookEvent
from entrypoints.http.codecs.decoding import json_object, length_code, names
from entrypoints.http.errors import BadRequestFields
from entrypoints.http.schemas.problems import BadField


def webhook(body: bytes) -> tuple[str, list[WebhookEvent]]:
    """Read the address of a receiver and the events it subscribes to; the domain checks whether it may be called.

    Raises:
        Malformed: if the body is not a JSON object.
        BadRequestFields: with every broken rule.
    """
    given = json_object(body)
    errors = names(given, ("url", "events"))
    url, events = given.get("url"), given.get("events")
    if "url" in given and not isinstance(url, str):
        errors.append(BadField("/url", "type", "must be a text"))
    by_name = {event.value: event for event in SUBSCRIBABLE}
    several = events if isinstance(events, list) else []
    if "events" in given and not 1 <= len(several) <= len(SUBSCRIBABLE):
        detail = f"must be a list of 1 to {len(SUBSCRIBABLE)} of {', '.join(by_name)}"
        errors.append(BadField("/events", length_code(events, list), detail))
    else:
        errors += [
            BadField(f"/events/{place}", "choice", f"must be one of {', '.join(by_name)}")
            for place, event in enumerate(several)
            if not isinstance(event, str) or event not in by_name
        ]
    if errors or not isinstance(url, str):
        raise BadRequestFields(errors)
    return url, [by_name[event] for event in several if isinstance(event, str)]
