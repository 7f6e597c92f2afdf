"""The process that `tests/support/warm.py` forks: it has imported what the commands of the CLI import.

``python template.py ADDRESS PID RESERVE`` listens at a Unix socket until the process PID has ended. Each message is a
command to start; the answer is its pid. Descriptors come with it: the command's stdin, stdout and stderr, and a pipe
into which the status of its end is written.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import runpy
import selectors
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

TREE: Final = Path(__file__).resolve().parents[2]
THIRD_PARTIES: Final = (
    "alembic.command", "alembic.runtime.migration", "anyio.streams.memory", "asyncpg", "bentoml",
    "bentoml._internal.models", "bentoml.models", "distributed.cli.dask_scheduler", "distributed.cli.dask_worker",
    "h11", "httpcore", "hydra", "matplotlib.backends.backend_agg", "matplotlib.figure",
    "mlflow.store.artifact.local_artifact_repo", "mlflow.store.model_registry.sqlalchemy_store",
    "mlflow.store.tracking.sqlalchemy_store", "mlflow.tracking", "optuna", "pandas", "pathspec", "psycopg",
    "pyarrow.dataset", "pyarrow.parquet", "scipy.stats", "sklearn.ensemble", "sklearn.linear_model",
    "sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite",
    "xgboost",
)  # fmt: skip
CLONE_NEWNET: Final = 0x40000000
OUR_PARTS: Final = ("adapters/*", "entrypoints/cli", "entrypoints/composition", "entrypoints/hosting")


def modules() -> list[str]:
    """Name the modules to import beforehand."""
    source = TREE / "src"
    files = sorted(file for part in OUR_PARTS for file in source.glob(f"{part}/*.py"))
    names = [".".join(file.relative_to(source).with_suffix("").parts) for file in files if file.stem != "__init__"]
    return [*THIRD_PARTIES, *names, "entrypoints.model_server.main"]


class Template:
    """Listens, forks, and tells how each process ended."""

    def __init__(self, address: Path) -> None:
        self._selector = selectors.DefaultSelector()
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        draft = address.with_suffix(".new")
        self._channel.bind(str(draft))
        self._channel.listen()
        draft.rename(address)

    def serve(self, until_ends: int) -> dict[str, Any]:
        """Start processes until the process ``until_ends`` has ended; in each of them, return its order."""
        self._selector.register(self._channel, selectors.EVENT_READ, self._accept)
        self._selector.register(os.pidfd_open(until_ends), selectors.EVENT_READ, sys.exit)
        while True:
            for key, _ in self._selector.select():
                if (order := key.data()) is not None:
                    return order

    def _accept(self) -> None:
        connection, _ = self._channel.accept()
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._start(connection))

    def _start(self, connection: socket.socket) -> dict[str, Any] | None:
        message, descriptors, *_ = socket.recv_fds(connection, 1 << 20, 4)
        if not message:
            self._selector.unregister(connection)
            connection.close()
            return None
        *streams, status = descriptors
        pid = os.fork()
        if pid == 0:
            self._close()
            os.close(status)
            order = json.loads(message)
            become(order, streams)
            return order
        for stream in streams:
            os.close(stream)
        connection.send(str(pid).encode())
        ended = os.pidfd_open(pid)
        self._selector.register(ended, selectors.EVENT_READ, lambda: self._reap(pid, ended, status))
        return None

    def _reap(self, pid: int, ended: int, status: int) -> None:
        self._selector.unregister(ended)
        os.close(ended)
        with suppress(BrokenPipeError), os.fdopen(status, "w") as pipe:  # who started it may have ended meanwhile
            pipe.write(str(os.waitpid(pid, 0)[1]))

    def _close(self) -> None:
        """Let go, in a process that was forked, of what is the template's."""
        for key in [*self._selector.get_map().values()]:
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            else:
                os.close(key.fd)
        self._selector.close()


def become(order: dict[str, Any], streams: list[int]) -> None:
    """Make this process the one that was ordered."""
    if order["new_session"]:
        os.setsid()
    if order["network"]:
        with Path(order["network"]).open("rb") as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns", order["network"])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(order["folder"])
    # every variable is set anew: the C library refers no more to where the old ones were written
    os.environ.clear()
    os.environ.update(order["environment"])
    words = [f"{name}={value}" for name, value in order["environment"].items()]
    sys.argv = [order["program"] or "medcost", *order["arguments"]]
    show([sys.executable, *order.get("command", sys.argv)], words)


def show(arguments: list[str], environment: list[str]) -> None:
    """Write down, where the system looks for it, what this process was started with."""
    fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    bounds = [int(field) for field in fields[45:49]]  # proc(5): arg_start, arg_end, env_start, env_end
    for words, begin, end in ((arguments, *bounds[:2]), (environment, *bounds[2:])):
        written = b"".join(os.fsencode(word) + b"\0" for word in words)
        assert len(written) <= end - begin, f"no room for {len(written)} bytes"
        ctypes.memmove(begin, written.ljust(end - begin, b"\0"), end - begin)


def leave(status: list[int]) -> None:
    """End this process at once: to take 400 MB of modules apart, page by page, costs more than most commands."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(*status)


def main() -> None:
    address, first_process = Path(sys.argv[1]), int(sys.argv[2])
    status = [1]
    atexit.register(leave, status)  # registered first, so the last to be called: threads have ended then
    # as `entrypoints.hosting.session.prepare` does before it imports them
    os.environ.update(BENTOML_DO_NOT_TRACK="True", MLFLOW_DISABLE_TELEMETRY="true")
    sys.path.append(str(TREE))
    forking = import_module("tests.support.forking")
    sys.path.pop()  # the processes that are forked find what users' do
    gc.disable()  # imports leave no garbage
    import_module("adapters.sklearn.quick_skops").import_skops()  # as Medcost's own processes do: a second less
    for name in modules():
        import_module(name)
    from entrypoints.cli.main import main as command

    gc.freeze()  # forked processes share what is there already
    gc.enable()
    order = Template(address).serve(first_process)
    if order["forks"]:
        forking.install(become)
    try:
        if order["program"]:
            runpy.run_path(order["program"], run_name="__main__")
        else:
            command()
        status[0] = 0
    except SystemExit as end:
        status[0] = int(end.code or 0)
        raise


if __name__ == "__main__":
    main()
