"""The program of a process that works for a `ProcessExecutor`: it calls functions and sends their results back.

`python -m adapters.common.worker DESCRIPTOR`, where the descriptor is that of a socket to the process that started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeAlias

Reply: TypeAlias = tuple[bool, Any]
"""Whether the call raised, and its result or error."""

_PROTOCOL: Final = pickle.HIGHEST_PROTOCOL


def main() -> None:
    """Carry out orders until the process that gives them is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C also reaches the parent, which ends this one
    connection = Connection(int(sys.argv[1]))
    orders: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_read, args=(connection, orders), daemon=True).start()
    shared: tuple[Any, ...] = ()
    while True:
        order = orders.get()
        try:
            function, item, anew = pickle.loads(order)  # noqa: S301  # from the process that started this one
            shared = shared if anew is None else anew
            reply: Reply = False, function(item, *shared)
        except Exception as error:  # noqa: BLE001  # raised where the result is wanted
            reply = True, error
        connection.send_bytes(_encoded(reply))


def _read(connection: Connection, orders: SimpleQueue[bytes]) -> None:
    """Receive orders at once, so that this process ends with the one that gives them, also in the middle of work."""
    try:
        while True:
            orders.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _encoded(reply: Reply) -> bytes:
    try:
        return pickle.dumps(reply, _PROTOCOL)
    except Exception as error:  # noqa: BLE001  # the caller must get an error for whatever cannot be pickled
        return pickle.dumps(
            (True, TypeError(f"what a call gave cannot be sent to another process: {error}")), _PROTOCOL
        )


if __name__ == "__main__":
    main()
