"""Is this process well? ``health.py WHEN_STARTING AFTERWARDS``: two addresses; status 0 for a good answer.

A process counts as started once the first has answered well: until then a rolling update waits, or goes back. From
then on only the second is asked. It asks no other part: a database that is away would have every replica killed, which
helps nobody, least of all the database.
"""

import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

STARTED = Path(tempfile.gettempdir()) / "has-started"  # a tmpfs: it goes with the container


def well(address: str) -> bool:
    """Whether there is a good answer within four seconds."""
    try:
        with urllib.request.urlopen(address, timeout=4):  # noqa: S310  # the image's own
            return True
    except (OSError, urllib.error.URLError) as why:
        print(why)  # `docker inspect` shows it
        return False


if __name__ == "__main__":
    when_starting, afterwards = sys.argv[1:]
    if STARTED.exists():
        sys.exit(not well(afterwards))
    if not well(when_starting):
        sys.exit(1)
    STARTED.touch()
