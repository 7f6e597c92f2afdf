"""Scoring of files by a child process, so that libraries, rows and the model do not burden the one that serves.

The child reads its task from stdin and writes lines to stdout: its progress, and last its result. Its stdin stays
open as long as somebody waits for it: where that process dies, however it dies, the child ends too.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import TYPE_CHECKING, Final

import msgspec

from domain.costs.scoring import ScoringReport
from domain.costs.scoring_task import ScoringTask
from domain.errors import (
    FieldError,
    HomeInUse,
    HomeUnwritable,
    InvalidInput,
    MedcostError,
    ModelRefused,
    NoChampion,
    PredictorUnavailable,
    Unavailable,
)
from domain.operations.jobs import JobProgress
from domain.ports.file_scorer import FileScorer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.operations.jobs import OnProgress

_ERRORS: Final = {
    kind.__name__: kind
    for kind in (HomeInUse, HomeUnwritable, MedcostError, ModelRefused, NoChampion, PredictorUnavailable, Unavailable)
}
_LONGEST_LINE: Final = 16 * 2**20
_NICE: Final = 10
"""The child's niceness: it gives way to requests that wait for an answer."""
_RETRY_AFTER: Final = 5.0


class _Progress(msgspec.Struct, frozen=True, tag=True):
    progress: JobProgress


class _Done(msgspec.Struct, frozen=True, tag=True):
    report: ScoringReport


class _Failed(msgspec.Struct, frozen=True, tag=True):
    error: str
    text: str
    fields: list[FieldError]
    retry_after: float = 0.0


class ChildFileScorer(FileScorer):
    """Runs a child for each task.

    Args:
        command: the command of the child; it calls `serve`.
        environment: the child's whole environment.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = command, environment

    async def score(self, task: ScoringTask, on_progress: OnProgress) -> ScoringReport:
        """Let a child score; it is killed if nobody waits for it any more."""
        process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment, start_new_session=True, limit=_LONGEST_LINE,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdin  # a pipe, as asked for
        assert process.stdout
        answer: _Done | _Failed | None = None
        try:
            process.stdin.write(msgspec.json.encode(task.as_json()) + b"\n")
            async for line in process.stdout:
                message = msgspec.json.decode(line, type=_Progress | _Done | _Failed)
                if isinstance(message, _Progress):
                    on_progress(message.progress)
                else:
                    answer = message
        finally:
            if process.returncode is None:
                process.stdin.close()
                if answer is None:
                    process.kill()
                await process.wait()
        if isinstance(answer, _Done):
            return answer.report
        if answer is None:
            message = f"the process that scores the file ended with {process.returncode}; the log says why"
            raise Unavailable(message, retry_after=_RETRY_AFTER)
        raise _error(answer)


def serve(score: Callable[[ScoringTask, OnProgress], ScoringReport]) -> None:
    """Work on the task that stdin holds, in the child; the domain's errors are written to stdout like results."""
    os.nice(_NICE)
    task = ScoringTask.of_json(msgspec.json.decode(sys.stdin.buffer.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer: _Done | _Failed = _Done(score(task, lambda progress: _tell(_Progress(progress))))
    except InvalidInput as error:
        answer = _Failed(InvalidInput.__name__, str(error), [*error.errors])
    except MedcostError as error:
        name = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS)
        answer = _Failed(name, str(error), [], error.retry_after if isinstance(error, Unavailable) else 0)
    _tell(answer)


def _tell(message: _Progress | _Done | _Failed) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    """End this process at the end of stdin; the last checkpoint stays on the disk."""
    while os.read(sys.stdin.fileno(), 1):  # past the buffer, whose lock the end of the interpreter would wait for
        pass
    os._exit(1)


def _error(failed: _Failed) -> MedcostError:
    if failed.fields:
        return InvalidInput(failed.fields)
    error = _ERRORS[failed.error](failed.text)
    if isinstance(error, Unavailable):
        error.retry_after = failed.retry_after
    return error
