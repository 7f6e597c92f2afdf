"""Serve the BentoML service as one process: ``python -m entrypoints.model_server.main --port 3000``.

``bentoml serve entrypoints.model_server.service:MedcostModel`` serves the same, but starts an arbiter process around
the workers, takes several seconds longer, and leaves its workers running if the arbiter is killed.
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
from entrypoints.hosting.logs import configure_logs
from entrypoints.hosting.serving import raise_file_limit
from entrypoints.hosting.traces import traced

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from entrypoints.model_server.app import Receive, Scope, Send

_BACKLOG: Final = 2048
_SECONDS_TO_END: Final = 5
_KEEP_ALIVE: Final = 75
"""Keep-alive in seconds, longer than that of clients, so that the server never closes a connection under a request."""


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
    arguments = parser.parse_args(argv)
    if arguments.parent is not None:
        end_with_parent(arguments.parent)
    if arguments.fd is not None:
        listening = socket.socket(fileno=arguments.fd)
    elif arguments.uds is not None:
        listening = listen_unix(arguments.uds)
    else:
        listening = socket.create_server((arguments.host, arguments.port), backlog=_BACKLOG)
    run(listening, workers=arguments.workers)
    return 0


def run(listening: socket.socket, *, workers: int = 1) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM; running requests then have five seconds to end.

    Args:
        listening: a TCP or Unix socket.
        workers: number of processes that share the socket, including this process; each follows the pointer itself.
    """
    os.environ.update(bentoml_environment())
    # set before NumPy and OpenMP load: for a few rows, threads wait for each other (boosting: 40 ms instead of 1 ms)
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
    """Create BentoML's ASGI application; uvicorn calls this once in each worker."""
    from entrypoints.model_server.service import MedcostModel, answer  # noqa: PLC0415  # made at import

    configure_logs(load().log_level)
    logging.getLogger("bentoml").setLevel(logging.WARNING)
    if multiprocessing.parent_process() is not None:
        end_with_parent(os.getppid())
    service = MedcostModel.to_asgi(is_main=False)  # pyrefly: ignore[missing-attribute]  # BentoML made it a service

    async def shortened(scope: Scope, receive: Receive, send: Send) -> None:
        """Route requests past BentoML's middleware, which would triple the time of a small request."""
        inner = answer if scope["type"] == "http" and scope["path"].startswith("/v1/") else service
        await inner(scope, receive, send)

    return traced(shortened, load(), service="model")


def listen_unix(path: Path) -> socket.socket:
    """Listen on a Unix socket that only this user may use; replace the socket file of a dead server."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o600)
    listening.listen(_BACKLOG)
    return listening


def end_with_parent(parent: int) -> None:
    """End this process when its parent has ended, also by SIGKILL, which the parent cannot pass on."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_SECONDS_TO_END * 2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end-with-parent").start()


if __name__ == "__main__":
    sys.exit(main())
