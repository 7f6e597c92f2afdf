"""The command line `medcost`. Commands are imported when they are called, so that help is there at once."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from cyclopts import App, CycloptsError

from domain.errors import ConfigurationError, MedcostError

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

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
    ("status", "status:status", "Show what of this home runs, where, since when."),
    ("down", "status:down", "Stop what of this home runs."),
    ("serve", "serve:serve", "Serve one part in this process: api, dashboard, web, model or mlflow."),
    ("doctor", "doctor:doctor", "Say of each part whether it is reachable, what is wrong, and what to do."),
    ("train", "train:train", "Compare model families, tune the best, register, judge and promote it."),
    ("retrain", "retrain:retrain", "Train on new data and replace the champion, if the gate lets it; for a timer."),
    ("data", "data:app", "Describe, validate, invent or split claims data."),
    ("models", "models:app", "Versions, gate, ledger: list, show, promote, rollback, history, shadow."),
    ("publish", "models:publish", "Put a version on the model server's shelf."),
    ("evaluate", "evaluate:evaluate", "Score the champion, or a model folder, on labelled rows."),
    ("monitor", "monitor:app", "Does the champion still fit those who ask, and what their years cost?"),
    ("predict", "predict:predict", "Predict a whole file with the champion."),
    ("db", "db:app", "The database: upgrade, current, prune, proof."),
    ("backup", "backup:backup", "Copy the whole home into one file, also while it runs."),
    ("restore", "backup:restore", "Make a home from a backup."),
    ("keys", "keys:app", "API keys: create, list, revoke."),
    ("admin", "admin:app", "The admin's password, for the pages that only an admin may see."),
)


def cli(asked: str = "") -> App:
    """Give the command line; nothing that it starts is imported yet.

    The command that is ``asked`` for tells of itself at length, from its docstring; the others in a line.
    """
    app = App(name="medcost", help=_HELP, help_format="markdown", version=lambda: metadata.version("medcost"))
    for name, place, summary in _COMMANDS:
        app.command(f"entrypoints.cli.{place}", name=name, **({} if name == asked else {"help": summary}))
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end with its exit status; a failure is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = given[:1] == ["--debug"]
    # whoever asks this process to end gets what Ctrl-C gives: open runs are marked and leases returned
    for asked in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(asked) is signal.SIG_IGN:  # nohup means it
            continue
        signal.signal(asked, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        words = given[1:] if debug else given
        cli(*words[:1])(words, exit_on_error=False, print_error=False)
    except KeyboardInterrupt:
        _end(INTERRUPTED, "interrupted")
    except CycloptsError as error:
        _end(WRONG_USAGE, f"{_one_line(str(error))} See: medcost --help")
    except ConfigurationError as error:
        _end(WRONG_USAGE, str(error))
    except MedcostError as error:
        _end(FAILED, str(error), debug=debug)
    except BrokenPipeError:
        # the reader went away, as in `medcost models list | head`; nothing may be written on exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001  # the last line of defence: one clear line, whatever it was
        _end(FAILED, f"unexpected {type(error).__name__}: {error}", debug=debug, kept=True)
    sys.exit(DONE)


def _end(status: int, line: str, *, debug: bool = False, kept: bool = False) -> NoReturn:
    if debug:
        traceback.print_exc()
    elif kept:
        line += f" (traceback in {_keep_traceback()}; or repeat with `medcost --debug …`)"
    sys.stderr.write(f"medcost: {_one_line(line)}\n")
    sys.exit(status)


def _keep_traceback() -> Path:
    from tempfile import NamedTemporaryFile  # needed only when something broke

    with NamedTemporaryFile("w", prefix="medcost-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return Path(file.name)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
