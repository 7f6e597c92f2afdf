"""Serve the BentoML service as one process: ``python -m entrypoints.model_server.main --port 3000``.

``bentoml serve entrypoints.model_server.service:MedcostModel`` serves the same; it starts an arbiter process around
the workers, takes several seconds more, and the workers outlive an arbiter that was killed.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from entrypoints.composition.model_server import bentoml_environment
from entrypoints.composition.settings import load
from entrypoints.hosting.garbage import collect_seldom
from entrypoints.hosting.logs import configure_logs
from entrypoints.hosting.serving import raise_file_limit
from entrypoints.hosting.traces import traced

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from entrypoints.model_server.app import Receive, Scope, Send

_BACKLOG: Final = 2048
_SECONDS_TO_END: Final = 5
_KEEP_ALIVE: Final = 75
"""Seconds; longer than clients keep idle connections, so that it is not the server who hangs up on a question."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="model-server", description="Serves the model of MEDCOST_HOME.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", type=int, default=3000, help="TCP port, 0 for a free one")
    where.add_argument("--uds", type=Path, help="Unix socket instead of a port")
    where.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--parent", type=int, help="end when the parent process is no longer this pid")
    said = parser.parse_args(argv)
    if said.parent is not None:
        end_with_parent(said.parent)
    if said.fd is not None:
        listening = socket.socket(fileno=said.fd)
    elif said.uds is not None:
        listening = listen_unix(said.uds)
    else:
        listening = socket.create_server((said.host, said.port), backlog=_BACKLOG)
    run(listening, workers=said.workers)
    return 0


def run(listening: socket.socket, *, workers: int = 1) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM; requests at work then have five seconds to end.

    Args:
        listening: a TCP or Unix socket.
        workers: processes that share the socket; each follows the pointer by itself. One is this process.
    """
    os.environ.update(bentoml_environment())
    # before NumPy and OpenMP are loaded: on a few rows threads only wait for each other (boosting: 40 ms, not 1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    raise_file_limit()
    config = uvicorn.Config(
        "entrypoints.model_server.main:application",
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_SECONDS_TO_END,
        ws="none",
    )
    if workers > 1:
        Multiprocess(config, sockets=[listening]).run()
    else:
        uvicorn.Server(config).run(sockets=[listening])


def application() -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Make BentoML's ASGI application in this process. Called by uvicorn, once in each worker."""
    from entrypoints.model_server.service import MedcostModel, answer  # noqa: PLC0415  # made at import

    configure_logs(load().log_level)
    logging.getLogger("bentoml").setLevel(logging.WARNING)
    if multiprocessing.parent_process() is not None:
        end_with_parent(os.getppid())
    service = MedcostModel.to_asgi(is_main=False)
    collect_seldom()

    async def shortened(scope: Scope, receive: Receive, send: Send) -> None:
        """Let questions pass by BentoML's layers, which cost a small one twice its own time."""
        inner = answer if scope["type"] == "http" and scope["path"].startswith("/v1/") else service
        await inner(scope, receive, send)

    return traced(shortened, load(), service="model")


def listen_unix(path: Path) -> socket.socket:
    """Listen on a Unix socket that only this user may use, in place of one that a dead server left behind."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o600)
    listening.listen(_BACKLOG)
    return listening


def end_with_parent(parent: int) -> None:
    """End this process when its parent is gone: one killed with -9 can no longer tell its children."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_SECONDS_TO_END * 2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


if __name__ == "__main__":
    sys.exit(main())
