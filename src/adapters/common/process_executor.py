"""Work shared by several processes of this machine."""

from __future__ import annotations

import operator
import os
import pickle
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from adapters.common.worker import Reply

_T = TypeVar("_T")

WORTH_IT: Final = 6.0
"""Seconds of work, done and to come, from which on workers are started: each takes about 2 s to import libraries."""
_PROTOCOL: Final = pickle.HIGHEST_PROTOCOL
_SHORTEST: Final = 0.05
"""Seconds that a call takes at least, while none is done."""


@dataclass(eq=False)
class _Piece:
    item: Any
    reply: Reply | None = None


@dataclass(eq=False)
class _Job:
    """A call of `map`.

    Args:
        function: what is called.
        shared: what every call is given.
        pieces: the items in their order.
    """

    function: Callable[..., Any]
    shared: tuple[Any, ...]
    pieces: list[_Piece]
    waiting: deque[_Piece] = field(init=False)
    seconds: float = 0.0
    done: int = 0

    def __post_init__(self) -> None:
        self.waiting = deque(self.pieces)

    @property
    def seconds_left(self) -> float:
        """Return how long the pieces that wait will take, by those that were done in this process."""
        return self.seconds / self.done * len(self.waiting) if self.done else 0.0


class ProcessExecutor(Executor):
    """Calls functions in this process, and in workers too once there is work enough for them.

    A result does not depend on where it was made. This process does the pieces that no worker has begun. A lost worker
    is not replaced.

    Args:
        processes: how many work, this process among them.
        worth_it: seconds of work from which on workers are started.
        expected: how many calls are to come; where they are surely worth it, workers are started at once.
        prepare: what a worker calls before its first work, such as the import of libraries.
    """

    def __init__(
        self,
        processes: int,
        *,
        worth_it: float = WORTH_IT,
        expected: int = 0,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self._workers = processes - 1
        self._worth_it = worth_it
        self._prepare = prepare
        self._seconds = 0.0
        self._jobs: list[_Job] = []
        self._started: list[_Worker] = []
        self._turn = Condition()
        self._is_closed = False
        self._start_if_worth(expected * _SHORTEST)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the workers, also in the middle of their work."""
        with self._turn:
            self._is_closed = True
            self._turn.notify_all()
        for worker in self._started:
            worker.end()

    @property
    def pids(self) -> list[int]:
        """Return the process ids of the workers that were started."""
        return [worker.pid for worker in self._started]

    def map(self, function: Callable[..., _T], items: Iterable[Any], *shared: Any) -> Generator[_T]:
        """Call a function for each item: in the workers from now on, and here while a result is waited for."""
        results = self._results(_Job(function, shared, [_Piece(item) for item in items]))
        next(results)  # a generator that has begun ends its job when it is closed
        return results

    def _results(self, job: _Job) -> Generator[Any]:
        with self._turn:
            self._jobs.append(job)
            self._turn.notify_all()
        try:
            yield None
            for piece in job.pieces:
                raised, result = self._reply(job, piece)
                piece.reply = None  # the caller has it now
                if raised:
                    raise result
                yield result
        finally:
            with self._turn:
                self._jobs.remove(job)

    def _reply(self, job: _Job, piece: _Piece) -> Reply:
        """Wait for a piece, and do others meanwhile."""
        while True:
            with self._turn:
                if piece.reply:
                    return piece.reply
                if not job.waiting:
                    self._turn.wait()
                    continue
                mine = job.waiting.popleft()
            begun = time.thread_time()  # on a busy machine a piece lasts longer than it works
            mine.reply = _called(job, mine)
            seconds = time.thread_time() - begun
            job.seconds, job.done, self._seconds = job.seconds + seconds, job.done + 1, self._seconds + seconds
            self._start_if_worth(self._seconds + job.seconds_left)

    def _start_if_worth(self, seconds: float) -> None:
        if not self._started and seconds > self._worth_it:
            self._started = [_Worker(self._next, self._ended, self._prepare) for _ in range(self._workers)]

    def _next(self) -> tuple[_Job, _Piece] | None:
        """Wait for a piece that nobody has begun; None once there will be none."""
        with self._turn:
            while not self._is_closed:
                for job in self._jobs:
                    if job.waiting:
                        return job, job.waiting.popleft()
                self._turn.wait()
            return None

    def _ended(self, job: _Job, piece: _Piece, reply: Reply | None) -> None:
        """Take the result of a piece, or the piece back if it was lost."""
        with self._turn:
            piece.reply = reply
            if reply is None:
                job.waiting.appendleft(piece)
            self._turn.notify_all()


class _Worker:
    """A process, and the thread that gives it work.

    Args:
        next_piece: waits for a piece.
        ended: is called with the piece and its result.
        prepare: what the process calls first.
    """

    def __init__(
        self,
        next_piece: Callable[[], tuple[_Job, _Piece] | None],
        ended: Callable[[_Job, _Piece, Reply | None], None],
        prepare: Callable[[], None] | None,
    ) -> None:
        self._next_piece, self._ended, self._prepare = next_piece, ended, prepare
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # a program of our own
                [sys.executable, "-P", "-m", "adapters.common.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # standard output is the command's own
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._connection = Connection(ours.detach())
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    def end(self) -> None:
        """End the process and the thread."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        if self._prepare:  # until then it takes no piece, for which others would wait
            with suppress(Exception):  # its first piece tells
                self._called(pickle.dumps((operator.call, self._prepare, ()), _PROTOCOL))
        sent_job: _Job | None = None
        while next_piece := self._next_piece():
            job, piece = next_piece
            try:
                reply = self._called(_order(job, piece, is_known=job is sent_job))
                sent_job = job
            except (EOFError, OSError):
                self._ended(job, piece, None)
                return
            except Exception as error:  # noqa: BLE001  # raised where the result is wanted
                reply = True, error
            self._ended(job, piece, reply)

    def _called(self, order: bytes) -> Reply:
        self._connection.send_bytes(order)
        return cast("Reply", pickle.loads(self._connection.recv_bytes()))  # noqa: S301  # from our own process


def _order(job: _Job, piece: _Piece, *, is_known: bool) -> bytes:
    return pickle.dumps((job.function, piece.item, None if is_known else job.shared), _PROTOCOL)


def _called(job: _Job, piece: _Piece) -> Reply:
    try:
        return False, job.function(piece.item, *job.shared)
    except Exception as error:  # noqa: BLE001  # raised in its place
        return True, error
