"""Executors: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from adapters.common.executor import LocalExecutor
from adapters.common.process_executor import ProcessExecutor
from domain.errors import ConfigurationError
from entrypoints.composition.sklearn_parts import prepare_fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sklearn.cluster import Cluster
    from domain.ports.executor import Executor

MOST_PROCESSES: Final = 4
"""Most worker processes by default: each takes 300 MB, and a family's ten folds gain little from more of them."""


@contextmanager
def executor_at(address: str, *, processes: int | None = 1, fits: int = 0) -> Iterator[Executor]:
    """Return an executor on the Dask scheduler at an address, or without an address on this machine's processes.

    Args:
        address: the address of the scheduler; empty for none.
        processes: how many of this machine work, this one among them; None for one on each core, `MOST_PROCESSES` at
            most.
        fits: how many fits are to come at least.

    Raises:
        ConfigurationError: if Dask is not installed, that is no address, or the cluster has other versions.
        ExecutorUnavailable: if no scheduler answers, or it has no worker.
    """
    if not address:
        if (count := processes or min(_cores(), MOST_PROCESSES)) == 1:
            yield LocalExecutor()
            return
        with ProcessExecutor(count, expected=fits, prepare=prepare_fits) as executor:
            yield executor
        return
    try:
        from adapters.dask.executor import connected
    except ModuleNotFoundError as missing:
        message = f"executor=dask needs the extra `cluster` ({missing}): install it here and on the cluster"
        raise ConfigurationError(message) from missing
    with connected(address) as executor:
        yield executor


def cluster_of(executor: Executor) -> Cluster | None:
    """Return a cluster that trains trees on the executor's workers, each on its own rows; None without workers."""
    if isinstance(executor, LocalExecutor | ProcessExecutor):
        return None
    from adapters.dask.executor import DaskExecutor
    from adapters.sklearn.cluster import Cluster

    return Cluster(executor.client, executor.translated) if isinstance(executor, DaskExecutor) else None


def _cores() -> int:
    """Return how many cores this process may use, by affinity and control group."""
    from joblib import cpu_count  # comes with scikit-learn

    return cpu_count()
