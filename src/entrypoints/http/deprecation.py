"""Routes that will go: said in the OpenAPI document and in each answer (RFC 9745, RFC 8594)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from typing import Any, Final

from msgspec import Meta

OPT: Final = "deprecation"
NOTICE: Final = timedelta(days=180)
"""Least time between the two dates: the policy in docs/api.md."""
# msgspec writes what stands here into a body's shape, Litestar what stands in "extra" into an answer's
DEPRECATED_FIELD: Final = Meta(extra_json_schema={"deprecated": True, "extra": {"deprecated": True}})
"""Beside the type of a field that will go: ``Annotated[float, DEPRECATED_FIELD]``."""


@dataclass(frozen=True)
class Deprecation:
    """When a route was deprecated, and when it will go.

    Args:
        since: from when on it should not be used, in UTC.
        sunset: when it goes; None if that is not decided.
        successor: path of the route to use instead; empty if there is none.

    Raises:
        ValueError: if it goes earlier than the policy promises.
    """

    since: datetime
    sunset: datetime | None = None
    successor: str = ""

    def __post_init__(self) -> None:
        if self.sunset and self.sunset - self.since < NOTICE:
            message = f"a route stays for at least {NOTICE.days} days after it is deprecated: choose a later sunset"
            raise ValueError(message)

    @cached_property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers of each answer."""
        given = [(b"deprecation", b"@%d" % int(self.since.timestamp()))]
        if self.sunset:
            given.append((b"sunset", format_datetime(self.sunset.astimezone(UTC), usegmt=True).encode()))
        if self.successor:
            given.append((b"link", f'<{self.successor}>; rel="successor-version"'.encode()))
        return tuple(given)


def deprecated(deprecation: Deprecation, opt: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return the arguments of a handler that deprecate it: ``@get("/old", **deprecated(Deprecation(...)))``.

    Args:
        deprecation: since when, until when.
        opt: other options of the handler.
    """
    return {"deprecated": True, "opt": {**(opt or {}), OPT: deprecation}}
