"""What the server refuses, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that a request breaks.

    Args:
        pointer: where: a JSON pointer into the body, or the name of a parameter after a slash.
        code: for programs.
        detail: for people.
    """

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """The server answered with a problem (RFC 9457).

    Args:
        status: HTTP's.
        title: what kind of problem it is.
        detail: what went wrong and what to do, for people.
        errors: every broken rule, where the input was at fault.
    """

    def __init__(self, status: int, title: str, detail: str, errors: tuple[BrokenRule, ...] = ()) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status, self.title, self.detail, self.errors = status, title, detail, errors


def checked(response: httpx.Response) -> httpx.Response:
    """Return a response that is none of a failure; its content has been read.

    Raises:
        Problem: with the server's explanation.
    """
    if not response.is_error:
        return response
    try:
        answer = response.json()
        rules = tuple(BrokenRule(rule["pointer"], rule["code"], rule["detail"]) for rule in answer.get("errors") or ())
        raise Problem(response.status_code, answer["title"], answer["detail"], rules)
    except (ValueError, LookupError, AttributeError):  # a proxy's answer
        raise Problem(response.status_code, response.reason_phrase, response.text[:200]) from None
