"""Keeps child processes running: starts them, starts them again when they die or hang, ends them in reverse order."""

from __future__ import annotations

import asyncio
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import msgspec

from adapters.common.processes import ProcessId, end
from domain.errors import HomeUnwritable, Unavailable
from entrypoints.hosting import run_file
from entrypoints.hosting.liveness import Liveness, until_hung
from entrypoints.hosting.log_files import keep_small
from entrypoints.hosting.run_file import MOST_RESTARTS, Restart, Run, RunningPart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
"""Seconds before a part is started again: doubled each time it dies young."""
_YOUNG = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process to keep running.

    Args:
        name: for people, and the name of its log file.
        command: program and arguments.
        environment: the whole environment of the process.
        address: where it listens, for people.
        answers: returns once it is ready; raises `Unavailable` until then.
        lives: returns once its process has answered, whatever the answer; raises `Unavailable` if there is none.
        inherits: file descriptors that it keeps, such as a listening socket.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str
    answers: Callable[[], Awaitable[object]]
    lives: Callable[[], Awaitable[object]]
    inherits: Sequence[int] = ()


@dataclass
class Supervisor:
    """Runs parts and writes what runs into the run file.

    Args:
        run: what runs; no part at first.
        file: the run file.
        logs: the folder of the parts' output.
        say: is called with a line for people.
        liveness: how a part is found to hang.
        end_within: seconds that a part has to end after it was asked to, before it is killed.
    """

    run: Run
    file: Path
    logs: Path
    say: Callable[[str], None]
    liveness: Liveness = field(default_factory=Liveness)
    end_within: float = 12.0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Begin with nothing."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all parts."""
        await self.stop()

    def start(self, part: Part) -> None:
        """Start a part and keep it running from now on."""
        self._tasks.append(asyncio.create_task(self._keep(part), name=part.name))
        self._tasks.append(asyncio.create_task(keep_small([self.log_of(part)])))

    async def renew(self, part: Part) -> None:
        """End the process of a part that was started; a new one takes its place."""
        running = [one.process for one in self.run.parts if one.name == part.name]
        await asyncio.to_thread(end, running, within=self.end_within)

    async def until_ready(self, parts: Sequence[Part], *, within: float) -> None:
        """Wait until every part has answered, and note that in the run file.

        Raises:
            Unavailable: after ``within`` seconds, naming the part and the end of its log.
        """
        deadline = time.monotonic() + within
        for part in parts:
            await self._ready(part, deadline)
        self._note(msgspec.structs.replace(self.run, ready=True))

    async def stop(self) -> None:
        """End all parts, the last started first."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in self.run.left_over:
            await asyncio.to_thread(end, [process], within=self.end_within)
        self.file.unlink(missing_ok=True)

    def note(self, name: str, pid: int, *, address: str = "", restarts: int = 0) -> None:
        """Write a process of this home down, so that it is found if this one is killed."""
        identity = ProcessId.of(pid)
        if identity is not None:
            others = tuple(one for one in self.run.parts if one.name != name)
            running = RunningPart(name, identity, address, restarts)
            self._note(msgspec.structs.replace(self.run, parts=(*others, running)))

    def forget(self, name: str) -> None:
        """Strike a process that ended."""
        others = tuple(one for one in self.run.parts if one.name != name)
        self._note(msgspec.structs.replace(self.run, parts=others))

    def restarted(self, name: str, why: str) -> None:
        """Write down that a part has to be started again; those who serve read it."""
        restart = Restart(name, datetime.now(UTC), why)
        restarts = (*self.run.restarted, restart)[-MOST_RESTARTS:]
        self._note(msgspec.structs.replace(self.run, restarted=restarts))

    def log_of(self, part: Part) -> Path:
        """Where a part's output goes."""
        return self.logs / f"{part.name}.log"

    async def _keep(self, part: Part) -> None:
        pause, restarts = _FIRST_PAUSE, 0
        while True:
            born = time.monotonic()
            try:
                ended = await self._ended(part, self._spawn(part, restarts))
            except OSError as error:  # no room for its log, no memory for another process: both may pass
                ended = f"cannot be started ({error})"
            pause = _FIRST_PAUSE if time.monotonic() - born > _YOUNG else min(pause * 2, _LONGEST_PAUSE)
            restarts += 1
            self.say(f"{part.name} {ended}: starting it again (its output: {self.log_of(part)})")
            self.restarted(part.name, ended)
            await asyncio.sleep(pause)

    async def _ended(self, part: Part, process: subprocess.Popen[bytes]) -> str:
        """Wait until a process has ended by itself, or was found to hang and is ended; tell which."""
        identity = ProcessId.of(process.pid)
        waiting = asyncio.create_task(asyncio.to_thread(process.wait))
        hanging = asyncio.create_task(until_hung(part.lives, self.liveness))
        try:
            await asyncio.wait({waiting, hanging}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return f"ended with {waiting.result()}"
            if identity:
                await asyncio.to_thread(end, [identity], within=self.liveness.grace)
            await waiting
            return f"hung ({hanging.result()}) and was ended"
        finally:
            hanging.cancel()

    def _spawn(self, part: Part, restarts: int) -> subprocess.Popen[bytes]:
        """Start it and note it, in one step that a cancellation cannot part."""
        log = self.log_of(part)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            # its own session: Ctrl-C in the terminal is the supervisor's alone to pass on
            process = subprocess.Popen(  # noqa: S603  # commands are ours
                part.command,
                env=part.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=part.inherits,
            )
        self.note(part.name, process.pid, address=part.address, restarts=restarts)
        return process

    async def _ready(self, part: Part, deadline: float) -> None:
        while True:
            try:
                await part.answers()
            except Unavailable as why:
                if time.monotonic() < deadline:
                    await asyncio.sleep(0.1)
                    continue
                message = f"{part.name} is not ready: {why}\n{self._last_words(part)}"
                raise Unavailable(message) from why
            return

    def _last_words(self, part: Part) -> str:
        with suppress(FileNotFoundError):
            lines = self.log_of(part).read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(f"  {line}" for line in lines[-15:])
        return ""

    def _note(self, run: Run) -> None:
        self.run = run
        try:
            run_file.write(self.file, run)
        except (HomeUnwritable, OSError) as why:  # a part that runs must not be started again for that
            self.say(f"What runs could not be written down: {why}")
