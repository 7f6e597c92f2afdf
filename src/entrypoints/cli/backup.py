"""`medcost backup` and `medcost restore`: a whole home in one file."""

from __future__ import annotations

import asyncio
import getpass
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import print_json, stderr, stdout
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def backup(file: Path, /, *, home: HomeFolder = None, profile: ChosenProfile = None, json: AsJson = False) -> None:
    """Copy the whole home (predictions, models, ledger, experiments) into one consistent file, also while it runs.

    For example:

        medcost backup medcost-2026-11-24.tar.gz

        medcost backup /media/backup/medcost.tar.gz --home /srv/medcost --json

    The file holds people's facts: keep it as safe as the home.

    Parameters
    ----------
    file
        Path of the copy. The copy gets this name once it was read back without an error; an existing file is replaced.
    """
    from entrypoints.composition.backups import back_up_of  # PostgreSQL's parts take half a second

    settings = load({"home": home, "profile": profile})
    with _progress("backing up") as progress:
        work = back_up_of(settings)(
            settings.home, file.absolute(), release=version("medcost"), by=getpass.getuser(), progress=progress
        )
        made = asyncio.run(work)
    if json:
        print_json(made)
    else:
        stdout().print(f"{made.file}: {made.bytes:,} bytes, {made.files} files, SHA-256 {made.sha256}", soft_wrap=True)


def restore(
    file: Path,
    /,
    *,
    replace: Annotated[bool, Parameter(negative="")] = False,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Restore a home from a file of `medcost backup`, into a new folder or in place of a home that does not run.

    For example:

        medcost restore medcost-2026-11-24.tar.gz --home /srv/elsewhere

        medcost down && medcost restore medcost-2026-11-24.tar.gz --replace

    A damaged file changes nothing. Predictions that were erased in the replaced home since the backup stay erased.

    Parameters
    ----------
    file
        File that `medcost backup` wrote.
    replace
        Replace the existing home, which is kept beside the new one under its name with `.replaced` appended.
    """
    from entrypoints.composition.backups import restore_of

    settings = load({"home": home, "profile": profile})
    with _progress("restoring") as progress:
        work, by = restore_of(settings), getpass.getuser()
        made = work(settings.home, file.absolute(), replace=replace, by=by, progress=progress)
    if json:
        print_json(made)
        return
    champion = f"champion {made.champion}" if made.champion else "no champion"
    erased = f", {made.erased} predictions erased since are erased again" if made.erased else ""
    stdout().print(
        f"{made.home}: as it was at {made.made_at:%Y-%m-%d %H:%M:%S} UTC, {champion}{erased}", soft_wrap=True
    )
    if made.replaced:
        stdout().print(f"What was there is {made.replaced}; it holds people's facts: remove it soon", soft_wrap=True)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], object]]:
    """Show a progress bar over bytes if stderr is a terminal; yield the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=stderr(), disable=not stderr().is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, advance=done, total=total)
