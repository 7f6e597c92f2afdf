"""Background work goes on after an error, and ends when it is stopped."""

from __future__ import annotations

import logging

import pytest

from application.operations.repeating import Repeating
from domain.errors import LedgerBroken, RepositoryUnavailable


class Work:
    """Raises one error after the other, and then stops its repetition."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.calls = list(errors), 0
        self.repeating = Repeating("the work", every=0.001)

    async def __call__(self) -> bool:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        self.repeating.stop()
        return True


async def test_an_error_of_any_kind_does_not_end_the_work(caplog: pytest.LogCaptureFixture) -> None:
    broken, full = LedgerBroken("the ledger was tampered with"), OSError("the disk is full")
    work = Work(ZeroDivisionError(), broken, full, RepositoryUnavailable("away", retry_after=0))
    await work.repeating.run(work)
    assert work.calls == 5
    logged = [(record.levelno, record.getMessage()) for record in caplog.records if record.name.endswith("repeating")]
    assert logged == [
        (logging.ERROR, "the work failed, and is tried again"),
        (logging.WARNING, "the work is tried again: the ledger was tampered with"),
        (logging.WARNING, "the work is tried again: the disk is full"),
    ]


async def test_work_that_was_stopped_before_is_not_begun() -> None:
    work = Work()
    work.repeating.stop()
    await work.repeating.run(work)
    assert work.calls == 0
