"""Change the champion by a job: record the job, and make the change when a worker has claimed it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

from application.use_case import use_case
from domain.operations.jobs import JobKind, NewJob
from domain.ports.championship import Championship
from domain.ports.clock import Clock
from domain.ports.jobs import Jobs
from domain.ports.ledger import ModelLedger
from domain.ports.request_keys import RequestKeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.access.callers import Caller
    from domain.costs.prediction import Idempotency
    from domain.operations.jobs import Job, OnProgress

_SLOT: Final = "champion"
"""The slot of jobs that change the champion, which allows one at a time."""


@use_case
class AskForChange:
    """Record a job that changes the champion; an impossible change is refused at once."""

    jobs: Jobs
    ledger: ModelLedger
    clock: Clock
    keys: RequestKeys

    async def promote(
        self, number: int, caller: Caller, *, by: str, reason: str | None, once: Idempotency | None = None
    ) -> Job:
        """Record a promotion, whose job fails if the gate refuses it. The same idempotency key returns the same job.

        Raises:
            VersionNotFound: if there is no such version.
            JobUnderWay: if another change has not ended yet.
            IdempotencyKeyReused: if the key came with another request before.
        """
        await self.ledger.version(number)
        return await self._add(JobKind.PROMOTION, caller, {"version": number, "by": by, "reason": reason}, once)

    async def roll_back(self, caller: Caller, *, by: str, reason: str | None, once: Idempotency | None = None) -> Job:
        """Record a rollback from the current champion. The same idempotency key returns the same job.

        Raises:
            JobUnderWay: if another change has not ended yet.
            IdempotencyKeyReused: if the key came with another request before.
        """
        after = len(await self.ledger.history())
        return await self._add(JobKind.ROLLBACK, caller, {"after": after, "by": by, "reason": reason}, once)

    async def _add(self, kind: JobKind, caller: Caller, task: Mapping[str, object], once: Idempotency | None) -> Job:
        now = self.clock.now()
        id = await self.keys.claim(replace(once, owner=caller.owner), at=now) if once else None
        new = NewJob(kind=kind, task=task, owner=caller.owner, created_at=now, slot=_SLOT)
        return await self.jobs.add(new, id=id)


@use_case
class MakeChange:
    """Make the change of a job; a repetition after the death of a process changes nothing more."""

    championship: Championship

    async def __call__(self, job: Job, _report: OnProgress) -> Mapping[str, object]:
        """Change the champion, and return the ledger's entry for JSON.

        Raises:
            PromotionRefused: if the gate does not let it, or there is no champion to go back to.
            MedcostError: see `Championship`.
        """
        by, reason = str(job.task["by"]), job.task["reason"]
        why = None if reason is None else str(reason)
        if job.kind is JobKind.PROMOTION:
            entry = await self.championship.promote(_number(job.task["version"]), by=by, reason=why)
        else:
            entry = await self.championship.roll_back(by=by, reason=why, after=_number(job.task["after"]))
        return {**asdict(entry), "change": entry.change.value, "at": entry.at.isoformat()}


def _number(value: object) -> int:
    if not isinstance(value, int):
        message = f"a task holds {value!r} where a number belongs"
        raise TypeError(message)
    return value
