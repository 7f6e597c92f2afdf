"""The command line `medcost`. Commands are imported when they are called, so that help appears without delay."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import traceback
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from cyclopts import App, CycloptsError

from domain.errors import ConfigurationError, MedcostError
from domain.redaction import without_passwords
from entrypoints.hosting.trouble import disk_trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from sys import UnraisableHookArgs
    from types import FrameType

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

_SELDOM: Final = 20_000
"""Allocations between garbage collections: imports leave no garbage, and collecting takes 10 % of a short command."""
_SHORTLY: Final = 0.01
"""Seconds after which an interruption that was lost is raised again."""
_HELP: Final = """What a year of medical care is likely to cost.

State lives in one folder, the home: `--home DIR` or MEDCOST_HOME (default .medcost). Two homes never meet.
`--json` prints exactly one JSON document. Exit status: 0 done, 1 failed, 2 wrong usage.
`--debug` before the command shows where an unexpected error came from.

For example:

    medcost up --data insurance.csv

    medcost train stage=all dataset=csv dataset.path=insurance.csv

    medcost models list
"""

_COMMANDS: Final = (
    ("up", "up:up", "Start everything and keep it running."),
    ("status", "status:status", "Show the running processes of this home."),
    ("down", "status:down", "Stop the processes of this home."),
    ("serve", "serve:serve", "Serve one part in this process: api, dashboard, web, model or mlflow."),
    ("doctor", "doctor:doctor", "Check whether each part is reachable, what is wrong, and what to do."),
    ("train", "train:train", "Compare model families, tune the best, register, judge and promote it."),
    ("retrain", "retrain:retrain", "Train on new data and replace the champion, if the gate lets it; for a timer."),
    ("schema", "schema:app", "The facts that describe a person: propose a schema, check it, show this home's."),
    ("data", "data:app", "Describe, validate, invent or split claims data."),
    ("models", "models:app", "Versions, gate, ledger: list, show, promote, rollback, history, shadow."),
    ("publish", "models:publish", "Copy a version to the model store, which model servers load from."),
    ("evaluate", "evaluate:evaluate", "Score the champion, or a model folder, on labelled rows."),
    ("report", "report:report", "Write the actuary's report of a version: a page, a workbook or JSON."),
    ("monitor", "monitor:app", "Check whether the champion still fits the people who ask and their real costs."),
    ("predict", "predict:predict", "Predict a whole file with the champion."),
    ("db", "db:app", "The database: upgrade, current, prune, proof."),
    ("backup", "backup:backup", "Copy the whole home into one file, also while it runs."),
    ("restore", "backup:restore", "Make a home from a backup."),
    ("keys", "keys:app", "API keys: create, list, revoke."),
    ("webhooks", "webhooks:app", "Webhooks: list, add, ping, log, replay, remove."),
    ("audit", "audit:audit", "Show who changed what: keys, passwords, models, webhooks, alarms, jobs, backups."),
    ("admin", "admin:app", "The admin's password, for the pages that only an admin may see."),
)


def cli(command: str = "") -> App:
    """Return the command line without importing its commands.

    Args:
        command: the command that is called. Its help comes from its docstring; the others are one line each.
    """
    app = App(name="medcost", help=_HELP, help_format="markdown", version=_version)
    for name, place, summary in _COMMANDS:
        app.command(f"entrypoints.cli.{place}", name=name, **({} if name == command else {"help": summary}))
    return app


def _version() -> str:
    from importlib import metadata  # imports the e-mail package, which takes time

    return metadata.version("medcost")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end with its exit status; a failure is one line on stderr."""
    gc.set_threshold(_SELDOM)
    atexit.register(gc.freeze)  # what is left ends with the process: to look for garbage among it takes up to a second
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = given[:1] == ["--debug"]
    words = _home_behind(given[1:] if debug else given)
    run_to_exit(lambda: cli(*words[:1])(words, exit_on_error=False, print_error=False), debug=debug)


def _home_behind(words: list[str]) -> list[str]:
    """Return the words with a `--home` that stands before the command behind it."""
    first = words[0] if words else ""
    width = 2 if first == "--home" else 1 if first.startswith("--home=") else 0
    return [*words[width:], *words[:width]] if len(words) > width else words


def run_to_exit(command: Callable[[], object], *, debug: bool = False) -> NoReturn:
    """Call a command and end with its exit status.

    A command that is interrupted ends as interrupted, whatever libraries make of the interruption while it unwinds.
    """
    ended_by: list[int] = []
    # SIGTERM and SIGHUP end a command as Ctrl-C does: open runs are marked as ended and leases are returned
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:  # set by nohup
            continue
        signal.signal(number, partial(_interrupt, ended_by))
    signal.signal(signal.SIGALRM, partial(_interrupt, ended_by))
    sys.unraisablehook = partial(_interrupt_again, sys.unraisablehook)
    try:
        command()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  # every failure ends in one line on stderr
        if ended_by or _holds_interrupt(error):
            _end(INTERRUPTED, "interrupted", debug=debug)
        _fail(error, debug=debug)
    sys.exit(DONE)


def _fail(error: BaseException, *, debug: bool) -> NoReturn:
    if isinstance(error, CycloptsError):
        _end(WRONG_USAGE, f"{_one_line(str(error))} See: medcost --help")
    if isinstance(error, ConfigurationError):
        _end(WRONG_USAGE, str(error))
    if isinstance(error, MedcostError):
        _end(FAILED, str(error), debug=debug)
    if isinstance(error, BrokenPipeError):
        # the reader went away, as in `medcost models list | head`; nothing may be written on exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    if isinstance(error, OSError) and (why := disk_trouble(error)):
        _end(FAILED, why, debug=debug)
    _end(FAILED, f"unexpected {type(error).__name__}: {error}", debug=debug, is_bug=True)


def _holds_interrupt(error: BaseException) -> bool:
    """Return whether an error is an interrupt, or was caused by one: follow causes, contexts and groups."""
    errors, seen = [error], set[int]()
    while errors:
        error = errors.pop()
        if isinstance(error, KeyboardInterrupt):
            return True
        if id(error) not in seen:
            seen.add(id(error))
            grouped = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
            errors += [other for other in (error.__cause__, error.__context__, *grouped) if other]
    return False


def _interrupt(ended_by: list[int], number: int, _frame: FrameType | None) -> None:
    ended_by.append(number)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # a shell ignores SIGINT for processes that a script starts in the background; SIGTERM must still end them
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)  # a running event loop cancels its main task


def _interrupt_again(report: Callable[[UnraisableHookArgs], object], ignored: UnraisableHookArgs) -> None:
    """Raise an interruption shortly again if it fell into a garbage collection, where Python ignores exceptions."""
    if issubclass(ignored.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, _SHORTLY)
    else:
        report(ignored)


def _end(status: int, line: str, *, debug: bool = False, is_bug: bool = False) -> NoReturn:
    if debug:
        traceback.print_exc()
    elif is_bug:
        line += f" ({_keep_traceback()}repeat with `medcost --debug …` to see it)"
    sys.stderr.write(f"medcost: {_one_line(without_passwords(line))}\n")
    sys.exit(status)


def _keep_traceback() -> str:
    from tempfile import NamedTemporaryFile  # needed only when something broke

    try:
        with NamedTemporaryFile("w", prefix="medcost-", suffix=".log", delete=False, encoding="utf-8") as file:
            file.write(without_passwords(traceback.format_exc()))
    except OSError:  # the disk of the temporary folder is full
        return ""
    return f"traceback in {file.name}; or "


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
