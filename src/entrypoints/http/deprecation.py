"""Deprecation of routes, in the OpenAPI document and in response headers (RFC 9745, RFC 8594)."""

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
"""Least time between deprecation and removal: the policy in docs/api.md."""
# msgspec documents these keys in request schemas, Litestar those in "extra" in response schemas
DEPRECATED_FIELD: Final = Meta(extra_json_schema={"deprecated": True, "extra": {"deprecated": True}})
"""Annotation of a deprecated field: ``Annotated[float, DEPRECATED_FIELD]``."""


@dataclass(frozen=True)
class Deprecation:
    """The dates of a route's deprecation and removal.

    Args:
        since: time of the deprecation, in UTC.
        sunset: time of the removal; None if it is not decided.
        successor: path of the route to use instead; empty if there is none.

    Raises:
        ValueError: if the removal is earlier than the policy allows.
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
        """Return the headers of each response."""
        given = [(b"deprecation", b"@%d" % int(self.since.timestamp()))]
        if self.sunset:
            given.append((b"sunset", format_datetime(self.sunset.astimezone(UTC), usegmt=True).encode()))
        if self.successor:
            given.append((b"link", f'<{self.successor}>; rel="successor-version"'.encode()))
        return tuple(given)


def deprecated(deprecation: Deprecation, opt: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return the arguments that deprecate a handler: ``@get("/old", **deprecated(Deprecation(...)))``.

    Args:
        deprecation: dates of the deprecation.
        opt: other options of the handler.
    """
    return {"deprecated": True, "opt": {**(opt or {}), OPT: deprecation}}
