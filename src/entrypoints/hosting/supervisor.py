"""The supervisor of child processes: starts them, restarts those that die or hang, ends them in reverse order."""

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
"""Seconds before a part is restarted, doubled each time it dies soon after its start."""
_YOUNG = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A process to keep running.

    Args:
        name: name of the part and of its log file.
        command: program and arguments.
        environment: the whole environment of the process.
        address: address that is shown to users.
        answers: readiness check: returns if the part is ready, raises `Unavailable` if not.
        lives: liveness check: returns if the process responds, with any status; raises `Unavailable` if not.
        inherits: file descriptors that the process inherits, such as a listening socket.
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
    """Runs parts and records them in the run file.

    Args:
        run: the run, at first without parts.
        file: the run file.
        logs: folder of the parts' log files.
        say: called with lines of output for the user.
        liveness: frequency and patience of liveness checks.
        end_within: seconds between the signal to end a part and its kill.
    """

    run: Run
    file: Path
    logs: Path
    say: Callable[[str], None]
    liveness: Liveness = field(default_factory=Liveness)
    end_within: float = 12.0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Return the supervisor, without running parts."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all parts."""
        await self.stop()

    def start(self, part: Part) -> None:
        """Start a part and keep it running."""
        self._tasks.append(asyncio.create_task(self._keep(part), name=part.name))
        self._tasks.append(asyncio.create_task(keep_small([self.log_of(part)])))

    async def renew(self, part: Part) -> None:
        """End the process of a running part, which is then started again."""
        running = [running_part.process for running_part in self.run.parts if running_part.name == part.name]
        await asyncio.to_thread(end, running, within=self.end_within)

    async def until_ready(self, parts: Sequence[Part], *, within: float) -> None:
        """Wait until every part is ready, and record that in the run file.

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
        """Record a process in the run file, so that it can be ended if this process is killed."""
        identity = ProcessId.of(pid)
        if identity is not None:
            others = tuple(part for part in self.run.parts if part.name != name)
            running = RunningPart(name, identity, address, restarts)
            self._note(msgspec.structs.replace(self.run, parts=(*others, running)))

    def forget(self, name: str) -> None:
        """Remove an ended process from the run file."""
        others = tuple(part for part in self.run.parts if part.name != name)
        self._note(msgspec.structs.replace(self.run, parts=others))

    def restarted(self, name: str, why: str) -> None:
        """Record the restart of a part in the run file, which serving processes read."""
        restart = Restart(name, datetime.now(UTC), why)
        restarts = (*self.run.restarted, restart)[-MOST_RESTARTS:]
        self._note(msgspec.structs.replace(self.run, restarted=restarts))

    def log_of(self, part: Part) -> Path:
        """Return the log file of a part."""
        return self.logs / f"{part.name}.log"

    async def _keep(self, part: Part) -> None:
        pause, restarts = _FIRST_PAUSE, 0
        while True:
            born = time.monotonic()
            try:
                ended = await self._ended(part, self._spawn(part, restarts))
            except OSError as error:  # a full disk or a lack of memory may be temporary
                ended = f"cannot be started ({error})"
            pause = _FIRST_PAUSE if time.monotonic() - born > _YOUNG else min(pause * 2, _LONGEST_PAUSE)
            restarts += 1
            self.say(f"{part.name} {ended}: starting it again (its output: {self.log_of(part)})")
            self.restarted(part.name, ended)
            await asyncio.sleep(pause)

    async def _ended(self, part: Part, process: subprocess.Popen[bytes]) -> str:
        """Wait until a process has ended or was ended because it hangs; return which."""
        identity = ProcessId.of(process.pid)
        waiting = asyncio.create_task(asyncio.to_thread(process.wait))
        hanging = asyncio.create_task(until_hung(part.lives, self.liveness))
        try:
            await asyncio.wait({waiting, hanging}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                status = waiting.result()
                return f"was killed by signal {-status}" if status < 0 else f"ended with {status}"
            if identity:
                await asyncio.to_thread(end, [identity], within=self.liveness.grace)
            await waiting
            return f"hung ({hanging.result()}) and was ended"
        finally:
            hanging.cancel()

    def _spawn(self, part: Part, restarts: int) -> subprocess.Popen[bytes]:
        """Start the process of a part and record it, in one step that a cancellation cannot split."""
        log = self.log_of(part)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            # a session of its own: Ctrl-C in the terminal reaches only the supervisor, which ends its parts in order
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
        except (
            HomeUnwritable,
            OSError,
        ) as why:  # is no reason to restart a running part
            self.say(f"What runs could not be written down: {why}")
