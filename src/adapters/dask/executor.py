"""Work done by the workers of a Dask scheduler (https://distributed.dask.org)."""

from __future__ import annotations

import asyncio
import hashlib
import platform
from collections import deque
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import dask.config
from dask.tokenize import tokenize
from distributed import Client
from distributed import Future as DaskFuture
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker, NoValidWorkerError

from domain.errors import ConfigurationError, ExecutorUnavailable, MedcostError
from domain.ports.executor import Executor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

_T = TypeVar("_T")

_PATIENCE: Final = 10.0
"""Seconds in which a scheduler answers and has a worker."""
_MUST_MATCH: Final = ("medcost", "scikit-learn", "scipy", "numpy", "pandas", "pyarrow", "distributed")
"""Packages whose versions must match: figures are then the same, and pickles of functions and arrays can be read."""
_OF_A_CLOSED_CLIENT: Final = (ClosedClientError, RuntimeError, AttributeError, KeyError)
"""What a client raises that closed itself when its scheduler did not come back, by what it was doing."""
# the scheduler keeps what all tasks share, so that it survives every worker; Dask warns of such graphs from 10 MB on
_LARGE: Final = {"distributed.admin.large-graph-warning-threshold": "10 GB"}


@dataclass
class DaskExecutor(Executor):
    """Hands all items out at once, as one graph, and gathers the results in their order.

    What all items share is a task of its own: a worker fetches its result once, from the scheduler or another worker,
    and if all workers that had it are gone it is made again.
    """

    client: Client
    _last_shared: tuple[str, DaskFuture[Any]] | None = field(default=None, init=False, repr=False)

    def map(self, function: Callable[..., _T], items: Iterable[Any], *shared: Any) -> Generator[_T]:
        """Call a function on the workers."""
        futures: deque[DaskFuture[_T]] = deque()
        try:
            with self.translated():
                futures.extend(
                    self.client.map(_call, list(items), called=function, shared=self._tell(shared), pure=False)
                )
            while futures:
                with self.translated():
                    result = futures[0].result()
                futures.popleft()  # the workers need not keep it
                yield result
        finally:
            if futures:
                with suppress(ClosedClientError, RuntimeError):  # of a client that is closed: that is told above
                    self.client.cancel(list(futures), reason="no longer wanted")

    def _tell(self, shared: tuple[Any, ...]) -> DaskFuture[Any]:
        """Send what calls share to the scheduler, unless it was sent last: many calls share the same table."""
        token = f"shared-{tokenize(shared)}"
        if self._last_shared is None or self._last_shared[0] != token or self._last_shared[1].cancelled():
            with dask.config.set(_LARGE):
                self._last_shared = token, self.client.submit(_same, shared, key=token)
        return self._last_shared[1]

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Translate errors of the cluster to the domain's; errors that a function raised pass.

        Raises:
            ExecutorUnavailable: if the cluster, or all of its workers, went away.
            MedcostError: if several workers were lost with one piece of work.
        """
        try:
            yield
        except KilledWorker as error:
            message = "several workers were lost with the same piece of work: they may have too little memory for it"
            raise MedcostError(message) from error
        except (CommClosedError, CancelledError, asyncio.CancelledError, NoValidWorkerError) as error:
            raise _away(error) from error
        except _OF_A_CLOSED_CLIENT as error:
            if self.client.status == "running":
                raise
            raise _away(error) from error


@contextmanager
def connected(address: str, *, patience: float = _PATIENCE) -> Iterator[DaskExecutor]:
    """Connect to a scheduler, such as ``tcp://10.0.0.1:8786``; certificates for ``tls://`` are in Dask's configuration.

    Raises:
        ConfigurationError: if that is no address, or scheduler or workers have other versions of Medcost's parts.
        ExecutorUnavailable: if no scheduler answers, or it has no worker.
    """
    try:
        client = Client(address, timeout=patience, set_as_default=False)
    except OSError as error:
        message = f"no Dask scheduler answers at {address}"
        raise ExecutorUnavailable(message) from error
    except (ValueError, TypeError) as error:
        message = f"{address!r} is no address of a Dask scheduler ({error}): write tcp://HOST:8786 or tls://HOST:8786"
        raise ConfigurationError(message) from error
    try:
        try:
            client.wait_for_workers(1, timeout=patience)
        except OSError as error:
            message = f"the Dask scheduler at {address} has no worker"
            raise ExecutorUnavailable(message) from error
        if not _check_versions(client):
            message = f"the Dask scheduler at {address} has no worker: those it had are gone"
            raise ExecutorUnavailable(message)
        yield DaskExecutor(client)
    finally:
        with suppress(RuntimeError):  # raised where the client is just reconnecting to a scheduler that was lost
            client.close()


def _check_versions(client: Client) -> int:
    """Count the workers that answered; the scheduler may not yet know of every worker's end."""
    # functions of the standard library: a worker without Medcost must be able to report that
    checks: list[tuple[str, Any, tuple[Any, ...]]] = [("Python", platform.python_version, ())]
    checks += [(name, version, (name,)) for name in _MUST_MATCH]
    answered, odd = 0, list[str]()
    for name, ask, arguments in checks:
        answered, unlike = _ask(client, name, ask, arguments)
        odd += unlike
    if not odd:  # one version may be several commits
        answered, odd = _ask(client, "code of Medcost with digest", digest_of_code, ())
    if odd:
        message = f"the cluster is not what this is: {'; '.join(odd)}. Install the same everywhere (docs/cluster.md)"
        raise ConfigurationError(message)
    return answered


def _ask(client: Client, name: str, ask: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[int, list[str]]:
    """Count the workers that answered, and describe those whose value differs from this process's."""
    here = ask(*arguments)
    replies: Any = client.run(ask, *arguments, on_error="return")
    answers = {where: there for where, there in replies.items() if not isinstance(there, OSError)}
    odd: list[str] = []
    for where, there in {"the scheduler": _on_scheduler(client, ask, arguments), **answers}.items():
        if there != here:
            odd.append(f"{where} has {'no ' + name if isinstance(there, Exception) else f'{name} {there}'}")
            odd[-1] += f", here it is {here}"
    return len(answers), odd


def digest_of_code() -> str:
    """Return the beginning of the SHA-256 of the code that workers run, as it is installed here."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for file in sorted(file for part in ("domain", "application", "adapters") for file in (root / part).rglob("*.py")):
        digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _on_scheduler(client: Client, ask: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return client.run_on_scheduler(ask, *arguments)
    except PackageNotFoundError as missing:
        return missing


def _away(error: BaseException) -> ExecutorUnavailable:
    return ExecutorUnavailable(f"the Dask cluster is away: {error}")


def _call(item: Any, *, called: Callable[..., Any], shared: tuple[Any, ...]) -> Any:
    return called(item, *shared)


def _same(shared: tuple[Any, ...]) -> tuple[Any, ...]:
    return shared
